// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Marathon;
using Pelago.Packages.Options;
using Pelago.Packages.Rendering;

namespace Pelago.Packages.Releases;

/// <summary>Renders a package for an installation and marks what comes out as that installation's.</summary>
public static class ReleaseBuilder
{
    private const int MaxObjects = 2000;

    /// <summary>The release, or in words why there is none.</summary>
    /// <param name="options">What was chosen, without the package's defaults.</param>
    /// <param name="secretPaths">Of options that are secret though the package does not say so: <see cref="InstallationSpec.SecretPaths"/>.</param>
    public static (Release? Release, IReadOnlyList<string> Faults) Build(PackageRevision package, JsonObject options, string ns, string name, IReadOnlyList<string[]>? secretPaths = null)
    {
        RenderedPackage rendered = PackageRenderer.Render(package, new RenderRequest { Options = options, AppId = name, Namespace = ns });
        if (rendered.Faults.Count > 0)
            return (null, rendered.Faults);
        (IReadOnlyList<JsonObject> objects, IReadOnlyList<string> notes) = package.MarathonTemplate is null ? (rendered.Objects, []) : MarathonApp.Map(rendered.Objects[0], name);
        string[] faults = [.. Faults(objects, ns)];
        if (faults.Length > 0)
            return (null, faults);
        foreach (JsonObject item in objects)
        {
            PortProtocols.Fill(item);
            Mark(new KubeObject(item), ns, name, notes);
        }

        ILookup<bool, JsonObject> parts = objects.ToLookup(IsHook);
        return (new Release
        {
            Package = package.Name, Version = package.Version, Fields = package.Package, Options = rendered.Options,
            Objects = [.. parts[false].OrderBy(ApplyOrder.Of)], Hooks = [.. parts[true]], Notes = notes,
            Secrets = SecretOptions.Values(package.Config, options, secretPaths),
        }, []);
    }

    private static bool IsHook(JsonObject item) => new KubeObject(item).Annotations?.String(PackagesApi.HookAnnotation) is not null;

    private static IEnumerable<string> Faults(IReadOnlyList<JsonObject> objects, string ns)
    {
        if (objects.Count > MaxObjects)
            yield return $"the template prints {objects.Count} objects, at most {MaxObjects} are installed";
        var seen = new HashSet<ObjectIdentifier>();
        foreach (JsonObject json in objects)
        {
            var item = new KubeObject(json);
            var id = ObjectIdentifier.Of(json, ns);
            if (item.Name.Length == 0)
                yield return $"the template prints a {item.Kind} without metadata.name";
            else if (!seen.Add(id))
                yield return $"the template prints {id} twice";
            if (id.Group == PackagesApi.Group)
                yield return $"the template prints {id}: a package does not install packages; it names them in dependencies";
            if (IsHook(json) && (id.Kind != "Job" || id.Namespace != ns))
                yield return $"the template prints {id} as a hook: hooks are Jobs in the namespace of the installation";
        }
    }

    private static void Mark(KubeObject item, string ns, string name, IReadOnlyList<string> notes)
    {
        JsonObject labels = item.Metadata.ObjectOrNew("labels"), annotations = item.Metadata.ObjectOrNew("annotations");
        labels[PackagesApi.InstallationLabel] = name;
        labels.TryAdd("app.kubernetes.io/managed-by", "pelago");
        // Whose it is, is said when it is applied.
        annotations.Remove(PackagesApi.OwnerAnnotation);
        if (notes.Count > 0)
            annotations[PackagesApi.UnmappedAnnotation] = string.Join('\n', notes);
    }
}
