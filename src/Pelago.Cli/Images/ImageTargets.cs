// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Images;

/// <summary>The nodes that an image command is about. Disposing it closes the connections.</summary>
internal sealed class ImageTargets : IDisposable
{
    private const string RuntimeOfImages = "containerd";
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private readonly IReadOnlyList<HttpKubeApi> _clusters;

    private ImageTargets(IReadOnlyList<HttpKubeApi> clusters) => _clusters = clusters;

    public IReadOnlyList<ImageNode> All { get; private set; } = [];

    public bool SeveralClusters => _clusters.Count > 1;

    /// <summary>Finds the nodes that have images, or those that the line names. Without any there is nothing to do, and the reason is thrown.</summary>
    public static async Task<ImageTargets> FindAsync(ClusterSelection clusters, ParseResult parsed, string[] named, CancellationToken cancel)
    {
        var targets = new ImageTargets(await clusters.ConnectAsync(parsed, cancel));
        try
        {
            var found = new List<ImageNode>();
            foreach (HttpKubeApi cluster in targets._clusters)
                found.AddRange(Choose(await NodesOfAsync(cluster, cancel), cluster.Cluster, named));
            targets.All = found;
            return targets;
        }
        catch
        {
            targets.Dispose();
            throw;
        }
    }

    public static Option<string[]> NodeOption() => new("--node")
    {
        Description = "Only this node (again for more; default: every node that runs containers)", HelpName = "N", DefaultValueFactory = _ => [],
    };

    public void Dispose()
    {
        foreach (HttpKubeApi cluster in _clusters)
            cluster.Dispose();
    }

    private static async Task<List<ImageNode>> NodesOfAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        ApiResult answer = await cluster.ListAsync(new ResourcePath(Nodes), ListQuery.Everything, cancel);
        HashSet<string> agents = await AgentsOfAsync(cluster, cancel);
        return [.. Items(answer.BodyOrThrow()).Select(node => new ImageNode(
            cluster, NameOf(node), (node.Object("status")?.Object("nodeInfo")?.String("containerRuntimeVersion") ?? "").Split("://")[0], agents.Contains(NameOf(node))))];
    }

    /// <summary>The nodes that have an agent beside their kubelet, where <c>pelago install</c> put some.</summary>
    private static async Task<HashSet<string>> AgentsOfAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        ApiResult answer = await cluster.GetRawAsync($"/apis/{NodeApi.ApiVersion}/nodes", cancel);
        return answer.Error switch
        {
            null => [.. Items(answer.Body).Select(NameOf)],
            { Code: 404 } => [],
            { } error => throw new CliException(
                $"the agents of cluster {cluster.Cluster} could not be listed, by which its images are reached: {error.Message}. "
                + (error.Code == 401 ? "The cluster does not know your credentials: look at the user of your kubeconfig"
                    : error.Code == 403 ? $"Your user needs a role that may get and list nodes of {NodeApi.Group}" : $"'kubectl -n {NodeApi.Namespace} get pods' says whether the hub runs")),
        };
    }

    private static IEnumerable<JsonObject> Items(ReadOnlyMemory<byte> list) => (KubeJson.ParseObject(list).Array("items") ?? []).OfType<JsonObject>();

    private static string NameOf(JsonObject item) => item.Object("metadata")?.String("name") ?? "";

    private static IReadOnlyList<ImageNode> Choose(List<ImageNode> nodes, string cluster, string[] named)
    {
        if (named.FirstOrDefault(name => nodes.TrueForAll(node => node.Name != name)) is { } unknown)
        {
            string[] known = [.. nodes.Select(node => node.Name)];
            string near = Spelling.Nearest(unknown, known) is { } guess ? $". Did you mean {guess}?" : "";
            throw new CliException($"no node {unknown} in cluster {cluster}; there are: {string.Join(", ", known.Take(20))}{(known.Length > 20 ? ", …" : "")}{near}", ExitCode.NothingMatched);
        }

        List<ImageNode> chosen = named.Length > 0 ? nodes.FindAll(node => named.Contains(node.Name)) : nodes;
        List<ImageNode> fit = chosen.FindAll(node => node.Runtime == RuntimeOfImages);
        if (fit.Count > 0 && (named.Length == 0 || fit.Count == chosen.Count))
            return fit;
        if (chosen.Count == 0)
            throw new CliException($"cluster {cluster} has no nodes", ExitCode.NothingMatched);
        throw new CliException(Unfit(chosen.First(node => node.Runtime != RuntimeOfImages), cluster, named.Length > 0));
    }

    private static string Unfit(ImageNode node, string cluster, bool one)
    {
        string whose = one ? $"node {node.Name} of cluster {cluster} runs its" : $"cluster {cluster} runs its";
        const string Instead = "images need a cluster of the containerd runtime, in a home of its own: pelago up --detach --runtime containerd --home DIR (needs root)";
        return node.Runtime switch
        {
            "process" => $"{whose} pods as processes of this machine, where an image is only a label: {Instead}",
            "simulated" => $"{whose} pods as simulated ones, which have no images: {Instead}",
            _ => $"{whose} pods with {node.Runtime}, whose images cannot be reached from here: {Instead}",
        };
    }
}

/// <summary>A node, and how its images are asked for: through the API server, as everything else is.</summary>
internal sealed record ImageNode(HttpKubeApi Api, string Name, string Runtime, bool HasAgent)
{
    public string Cluster => Api.Cluster;

    public string Url(string path) => HasAgent ? $"{NodeApi.ProxyPath(Name)}/{path}" : $"/api/v1/nodes/{Uri.EscapeDataString(Name)}/proxy/{path}";

    /// <summary>What a node that knows nothing of images says is said so that one knows what to do.</summary>
    public string Explain(ApiStatus error) => error is { Code: 404, Name: null or "" }
        ? $"node {Name} of cluster {Cluster} serves no images: it is no node of Pelago, or an older one. On a real Kubernetes '{Invocation.Program} install' puts an agent beside each kubelet, which does"
        : $"node {Name} of cluster {Cluster}: {error.Message}";

    public CliException Fault(ApiStatus error) => new(Explain(error), error.Code is 503 or 504 ? ExitCode.Unreachable : ExitCode.Failed);
}
