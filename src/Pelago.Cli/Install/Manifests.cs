// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Cli.Local;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary>What is installed: the YAML files beside this one, in the order of their names, with the image, the socket and the port put in.</summary>
/// <param name="packages">Whether packages can be installed, by a part that has an administrator's rights.</param>
internal sealed class Manifests(string image, string socket, int agentPort, bool packages)
{
    public const string FieldManager = "pelago";

    /// <summary>On everything that is applied; by it everything is found again.</summary>
    public const string Label = "app.kubernetes.io/managed-by";
    public const string LabelValue = "pelago-install";

    private const string Prefix = "install/";
    private const string Packages = $"{Prefix}45-packages.yaml";

    public string Image => image;

    /// <summary>Whether packages can be installed with it.</summary>
    public bool HasPackages => packages;

    public Manifests WithPackages() => new(image, socket, agentPort, packages: true);

    /// <summary>In the order in which they are applied.</summary>
    public IReadOnlyList<Manifest> All { get; } = Read(image, socket, agentPort, packages);

    /// <summary>The same as YAML, for other tools.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            foreach (Manifest manifest in All)
                text.Append("---\n").Append(YamlWriter.Write(manifest.Document));
            return text.ToString();
        }
    }

    /// <summary>The same as one object of kind List.</summary>
    public JsonObject List => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. All.Select(manifest => (JsonNode?)manifest.Document.DeepClone())]),
    };

    /// <summary>The agents are given the directory of the socket, which must be no large part of the machine.</summary>
    public static bool IsSocketPath(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is { Length: >= 3 } parts && path[0] == '/' && !parts.Contains("..") && !path.Any(letter => char.IsControl(letter) || letter is '"' or '\'');

    private static List<Manifest> Read(string image, string socket, int agentPort, bool packages)
    {
        var manifests = new List<Manifest>();
        Assembly assembly = typeof(Manifests).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && (packages || name != Packages)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            string text = reader.ReadToEnd().Replace("${IMAGE}", image, StringComparison.Ordinal).Replace("${AGENT_PORT}", agentPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("${CONTAINERD_SOCKET}", socket, StringComparison.Ordinal).Replace("${CONTAINERD_DIRECTORY}", Path.GetDirectoryName(socket), StringComparison.Ordinal);
            if (!YamlReader.TryReadAll(Encoding.UTF8.GetBytes(text), out IReadOnlyList<YamlDocument>? documents, out string? error))
                throw new InvalidOperationException($"{name}: {error}");
            manifests.AddRange(documents.Select(document => new Manifest(Labelled(KubeJson.ParseObject(document.Json)))));
        }
        return manifests;
    }

    private static JsonObject Labelled(JsonObject document)
    {
        JsonObject labels = document.ObjectOrNew("metadata").ObjectOrNew("labels");
        labels["app.kubernetes.io/part-of"] = "pelago";
        labels["app.kubernetes.io/version"] = VersionCommand.Version;
        labels[Label] = LabelValue;
        return document;
    }
}
