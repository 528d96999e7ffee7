// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Packages.Controllers;
using Pelago.Packages.Repositories;
using Xunit;

namespace Pelago.Hub.Tests.Page;

/// <summary>A repository with one package of two versions, each a ConfigMap; the second has one more secret option, which may be empty.</summary>
internal static class SamplePackages
{
    public const string Name = "sample";
    public const string Icon = "data:image/svg+xml;base64,PHN2Zy8+";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Writes it to a folder, and adds that to what a home keeps.</summary>
    public static async Task AddAsync(string folder, string store)
    {
        Write(folder, 0, "1.0", "", "");
        Write(folder, 1, "2.0", """, "upgradesFrom": ["1.0"], "downgradesTo": ["1.0"]""", """, "key": {"type": "string", "format": "password"}""");
        Directory.CreateDirectory(store);
        using var updater = new RepositoryUpdater(new PackageStore(store), RepositoryLimits.Default, TimeProvider.System);
        await updater.AddAsync(new RepositoryEntry("ours", folder, null), null, Cancel);
    }

    /// <summary>The kind by which it is installed.</summary>
    public static Task DefineAsync(IKubeApi api) => InstallationController.DefineAsync(api, NullLogger.Instance, TimeProvider.System, Cancel);

    private static void Write(string folder, int revision, string version, string more, string options)
    {
        string directory = Path.Combine(folder, "S", Name, $"{revision}");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "package.json"),
            $$"""{"packagingVersion": "pelago-1", "name": "{{Name}}", "version": "{{version}}", "maintainer": "a@example.com", "description": "A sample", "tags": ["test"]{{more}}}""");
        File.WriteAllText(Path.Combine(directory, "config.json"),
            """{"type": "object", "properties": {"size": {"type": "integer", "description": "Size", "default": 1, "minimum": 1}, "password": {"type": "string", "minLength": 4}OPTIONS}, "additionalProperties": false}""".Replace("OPTIONS", options, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(directory, "resource.json"), """{"images": {"icon-small": "ICON", "icon-medium": "ICON", "icon-large": "ICON"}}""".Replace("ICON", Icon, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(directory, "kubernetes.yaml.mustache"),
            """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: "{{installation.name}}"
            data:
              size: "{{size}}"
              version: "{{package.version}}"

            """);
    }
}
