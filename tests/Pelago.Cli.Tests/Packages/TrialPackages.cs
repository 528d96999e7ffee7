// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Tests.Packages;

/// <summary>Writes packages into a folder, each with a template of a few lines.</summary>
internal sealed class TrialPackages(string folder)
{
    private int _revisions;

    public string Folder => folder;

    /// <param name="fields">More of package.json, each with a comma before it.</param>
    public TrialPackages Add(string name, string version, string template, string fields = "", string? config = null)
    {
        string directory = Path.Combine(folder, name[..1].ToUpperInvariant(), name, $"{_revisions++}");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "package.json"), $$"""
            {"packagingVersion": "pelago-1", "name": "{{name}}", "version": "{{version}}", "maintainer": "a@example.com", "description": "d", "tags": ["t"]{{fields}}}
            """);
        File.WriteAllText(Path.Combine(directory, "kubernetes.yaml.mustache"), template);
        if (config is not null)
            File.WriteAllText(Path.Combine(directory, "config.json"), config);
        return this;
    }
}
