// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Api;

/// <summary>Names of the API by which packages are installed: <c>packages.pelago.dev/v1alpha1</c>.</summary>
public static class PackagesApi
{
    public const string Group = "packages.pelago.dev";
    public const string Version = "v1alpha1";
    public const string ApiVersion = $"{Group}/{Version}";
    public const string Kind = "Installation";

    /// <summary>Who the installed objects' fields belong to, in their managedFields.</summary>
    public const string FieldManager = "pelago-packages";

    /// <summary>An installation stays until everything of it is gone.</summary>
    public const string Finalizer = $"{Group}/uninstall";

    /// <summary>On installed objects: the name of their installation.</summary>
    public const string InstallationLabel = $"{Group}/installation";

    /// <summary>On installed objects: <c>NAMESPACE/NAME@HUB</c> of their installation, which alone may change or remove them.</summary>
    public const string OwnerAnnotation = $"{Group}/owner";

    /// <summary>On a Job of a template: when it runs, one or several of <c>pre-install,post-upgrade,…</c>. Such a Job is no part of what stays.</summary>
    public const string HookAnnotation = $"{Group}/hook";

    /// <summary>On an object of a template: <c>true</c> leaves it in place when the installation goes.</summary>
    public const string KeepAnnotation = $"{Group}/keep";

    /// <summary>On pod templates: by what the ConfigMaps and Secrets are known that their pods are told of; another one makes pods anew.</summary>
    public const string ConfigurationAnnotation = $"{Group}/config";

    /// <summary>On objects of a package for Marathon: what it says that has no counterpart, a line each.</summary>
    public const string UnmappedAnnotation = $"{Group}/unmapped";

    /// <summary>On an installation: in words why its last revision came to be.</summary>
    public const string CauseAnnotation = $"{Group}/cause";

    /// <summary>On an installation that a client of Cosmos made: the id that it gave, where that is not the installation's name.</summary>
    public const string AppIdAnnotation = $"{Group}/app-id";

    /// <summary>On an installation that is to go: clusters, with commas between, on which everything of it is left, for they will not come back.</summary>
    public const string AbandonAnnotation = $"{Group}/abandon";

    public static readonly GroupVersionResource Installations = new(Group, Version, "installations");

    /// <summary>What rights to the home's list of repositories are asked for by; there are no such objects.</summary>
    public static readonly GroupVersionResource Repositories = new(Group, Version, "repositories");

    internal const string DefinitionName = $"installations.{Group}";
    internal static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    internal static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    internal static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    internal static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");

    /// <summary>The CustomResourceDefinition, as it is applied to clusters.</summary>
    public static JsonObject Definition()
    {
        using Stream stream = typeof(PackagesApi).Assembly.GetManifestResourceStream("installations.yaml")!;
        using var text = new MemoryStream();
        stream.CopyTo(text);
        return YamlReader.TryReadFirst(text.ToArray(), out YamlDocument? document, out string? error)
            ? KubeJson.ParseObject(document.Json)
            : throw new InvalidDataException(error);
    }
}
