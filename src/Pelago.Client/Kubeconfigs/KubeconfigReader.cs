// SPDX-License-Identifier: Apache-2.0

using System.IO;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pelago.Client;

/// <summary>Reads one kubeconfig file. Only the fields that matter are visited, so that nothing in the file can make the reader walk far.</summary>
internal static class KubeconfigReader
{
    private const int MaxBytes = 4 << 20;

    public static void ReadInto(Kubeconfig config, string path)
    {
        YamlMappingNode? root = Parse(path);
        if (root is null)
            return;
        string folder = Path.GetDirectoryName(path) ?? "/";
        config.SetCurrentContext(Text(root, "current-context") ?? "");
        foreach ((string name, YamlMappingNode context) in Entries(root, "contexts", "context"))
        {
            config.Add(new KubeconfigContext(
                name, Text(context, "cluster") ?? "", Text(context, "user") ?? "", Text(context, "namespace") is { Length: > 0 } ns ? ns : "default"));
        }
        foreach ((string name, YamlMappingNode cluster) in Entries(root, "clusters", "cluster"))
            config.Add(Cluster(name, cluster, folder, path));
        foreach ((string name, YamlMappingNode user) in Entries(root, "users", "user"))
            config.Add(User(name, user, folder, path));
    }

    private static YamlMappingNode? Parse(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw new KubeconfigException($"{path} is larger than {MaxBytes} bytes: that is no kubeconfig", null);
            using var reader = new StringReader(File.ReadAllText(path));
            var stream = new YamlStream();
            stream.Load(reader);
            if (stream.Documents.Count == 0)
                return null;
            return stream.Documents[0].RootNode as YamlMappingNode
                ?? throw new KubeconfigException($"{path} is not a kubeconfig: it does not start with a mapping", null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(path))
                throw new KubeconfigException($"{path} is a directory, and a kubeconfig is a file", failure);
            throw new KubeconfigException($"cannot read kubeconfig {path}: {failure.Message}", failure);
        }
        catch (YamlException bad)
        {
            throw new KubeconfigException($"{path} is not a kubeconfig: line {bad.Start.Line}: {bad.Message}", bad);
        }
    }

    private static KubeconfigCluster Cluster(string name, YamlMappingNode cluster, string folder, string path) => new(name)
    {
        Server = Text(cluster, "server") ?? "",
        CertificateAuthorityData = Data(cluster, "certificate-authority-data", path),
        CertificateAuthority = FilePath(cluster, "certificate-authority", folder),
        InsecureSkipTlsVerify = Text(cluster, "insecure-skip-tls-verify") == "true",
        TlsServerName = Text(cluster, "tls-server-name"),
        ProxyUrl = Text(cluster, "proxy-url"),
    };

    private static KubeconfigUser User(string name, YamlMappingNode user, string folder, string path) => new(name)
    {
        ClientCertificateData = Data(user, "client-certificate-data", path),
        ClientCertificate = FilePath(user, "client-certificate", folder),
        ClientKeyData = Data(user, "client-key-data", path),
        ClientKey = FilePath(user, "client-key", folder),
        Token = Text(user, "token"),
        TokenFile = FilePath(user, "tokenFile", folder),
        Unsupported = new[] { "exec", "auth-provider", "username" }.FirstOrDefault(field => Child(user, field) is not null),
    };

    private static IEnumerable<(string Name, YamlMappingNode Body)> Entries(YamlMappingNode root, string list, string body)
    {
        foreach (YamlNode item in Child(root, list) as YamlSequenceNode ?? [])
        {
            if (item is YamlMappingNode entry && Text(entry, "name") is { } name)
                yield return (name, Child(entry, body) as YamlMappingNode ?? []);
        }
    }

    private static YamlNode? Child(YamlMappingNode node, string field)
    {
        foreach (KeyValuePair<YamlNode, YamlNode> pair in node.Children)
        {
            if (pair.Key is YamlScalarNode key && key.Value == field)
                return pair.Value is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "null" or "~" } ? null : pair.Value;
        }
        return null;
    }

    private static string? Text(YamlMappingNode node, string field) => (Child(node, field) as YamlScalarNode)?.Value;

    private static string? FilePath(YamlMappingNode node, string field, string folder) =>
        Text(node, field) is { Length: > 0 } file ? Path.GetFullPath(file, folder) : null;

    private static byte[]? Data(YamlMappingNode node, string field, string path)
    {
        if (Text(node, field) is not { Length: > 0 } text)
            return null;
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException bad)
        {
            throw new KubeconfigException($"{path}: {field} is not base64", bad);
        }
    }
}
