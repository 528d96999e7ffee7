// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Client;

/// <summary>
/// The merged contents of one or more kubeconfig files, found as kubectl finds them: an explicit path alone, else the files of
/// <c>KUBECONFIG</c> (the first to name a thing wins), else <c>~/.kube/config</c>.
/// </summary>
public sealed class Kubeconfig
{
    private readonly Dictionary<string, KubeconfigContext> _contexts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigCluster> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigUser> _users = new(StringComparer.Ordinal);

    /// <summary>Empty when no file names one.</summary>
    public string CurrentContext { get; private set; } = "";
    public IReadOnlyDictionary<string, KubeconfigContext> Contexts => _contexts;
    public IReadOnlyDictionary<string, KubeconfigCluster> Clusters => _clusters;
    public IReadOnlyDictionary<string, KubeconfigUser> Users => _users;

    /// <summary>Where it was looked for; for messages.</summary>
    public IReadOnlyList<string> Sources { get; private init; } = [];

    /// <summary>Loads what kubectl would load. An explicit file must exist; files of the variable and the default one may be absent.</summary>
    /// <exception cref="KubeconfigException">A file cannot be read or is no kubeconfig.</exception>
    public static Kubeconfig Load(string? explicitPath)
    {
        if (!string.IsNullOrEmpty(explicitPath))
            return Load([explicitPath], mustExist: true);
        string[] listed = FilesOfVariable();
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Load(listed.Length > 0 ? listed : [Path.Combine(home, ".kube", "config")], mustExist: false);
    }

    /// <summary>The files that the variable KUBECONFIG lists; they may be absent.</summary>
    public static string[] FilesOfVariable() =>
        (Environment.GetEnvironmentVariable("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Merges the files in order.</summary>
    /// <exception cref="KubeconfigException">A file cannot be read or is no kubeconfig.</exception>
    public static Kubeconfig Load(IReadOnlyList<string> paths, bool mustExist)
    {
        var config = new Kubeconfig { Sources = paths };
        foreach (string path in paths)
        {
            if (mustExist || File.Exists(path))
                KubeconfigReader.ReadInto(config, Path.GetFullPath(path));
        }
        return config;
    }

    /// <summary>How to reach the cluster of a context; of the current one when <paramref name="context"/> is null.</summary>
    /// <exception cref="KubeconfigException">The context is incomplete, or asks for what is not supported.</exception>
    public ClusterConnection Connect(string? context, TimeProvider time)
    {
        string name = context ?? CurrentContext;
        if (name.Length == 0)
            throw Missing("no current context is set", "pass --context NAME or run: kubectl config use-context NAME");
        if (!_contexts.TryGetValue(name, out KubeconfigContext? chosen))
            throw Missing($"context \"{name}\" does not exist", $"known contexts: {Known(_contexts.Keys)}");
        if (!_clusters.TryGetValue(chosen.Cluster, out KubeconfigCluster? cluster))
            throw Missing($"context \"{name}\" names cluster \"{chosen.Cluster}\", which does not exist", $"known clusters: {Known(_clusters.Keys)}");
        KubeconfigUser user = _users.GetValueOrDefault(chosen.User) ?? new KubeconfigUser(chosen.User);
        return ConnectionBuilding.Build(chosen, cluster, user, time);
    }

    internal void SetCurrentContext(string name)
    {
        if (CurrentContext.Length == 0)
            CurrentContext = name;
    }

    internal void Add(KubeconfigContext context) => _contexts.TryAdd(context.Name, context);

    internal void Add(KubeconfigCluster cluster) => _clusters.TryAdd(cluster.Name, cluster);

    internal void Add(KubeconfigUser user) => _users.TryAdd(user.Name, user);

    private KubeconfigException Missing(string what, string then) =>
        new($"kubeconfig ({string.Join(Path.PathSeparator, Sources)}): {what}; {then}", null);

    private static string Known(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } all ? all : "none";
}
