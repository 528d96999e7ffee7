// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.IO.Enumeration;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Cli.Completion;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago state</c>: clusters in numbers, or whole nodes, as JSON.</summary>
internal static class StateCommand
{
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private static readonly JsonWriterOptions Indented = new() { Indented = true, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var nodes = new Argument<string[]>("node") { Description = "These nodes whole: name, part of a name or glob (default: the clusters in numbers)", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("state", "The state of clusters or nodes as JSON").WithExamples("""
            pelago state | jq '.items[0].tasks'
            pelago state rack7 | jq '.items[].status.capacity'
            """);
        command.Arguments.Add(nodes);
        clusters.AddTo(command);
        RemoteNames.Offer(nodes, async (parsed, cancel) => await NamesAsync(await clusters.ConnectAsync(parsed, cancel), cancel));
        command.SetAction(async (parsed, cancel) => await RunAsync(await clusters.ConnectAsync(parsed, cancel), parsed.GetValue(nodes) ?? [], cancel));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<HttpKubeApi> clusters, string[] patterns, CancellationToken cancel)
    {
        try
        {
            var items = new JsonArray();
            var codes = new List<int>();
            Task<JsonObject[]>[] asked = [.. clusters.Select(cluster => patterns.Length == 0 ? NumbersAsync(cluster, cancel) : NodesAsync(cluster, patterns, cancel))];
            foreach (Task<JsonObject[]> answer in asked)
            {
                try
                {
                    foreach (JsonObject item in await answer)
                        items.Add((JsonNode)item);
                }
                catch (Exception fault) when (fault is ClusterUnreachableException or ApiStatusException)
                {
                    Console.Error.WriteLine($"pelago: {fault.Message}");
                    codes.Add(fault is ClusterUnreachableException ? ExitCode.Unreachable : ExitCode.Failed);
                }
            }

            Print(new JsonObject { ["items"] = items });
            if (items.Count == 0 && codes.Count == 0)
                Console.Error.WriteLine($"pelago: no node matches {string.Join(' ', patterns)}");
            return codes.Contains(ExitCode.Unreachable) ? ExitCode.Unreachable : codes.Count > 0 ? ExitCode.Failed : items.Count == 0 ? ExitCode.NothingMatched : ExitCode.Done;
        }
        finally
        {
            foreach (HttpKubeApi cluster in clusters)
                cluster.Dispose();
        }
    }

    private static async Task<JsonObject[]> NumbersAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        ApiResult version = await cluster.GetRawAsync("/version", cancel);
        List<KubeObject> nodes = await ListAsync(cluster, cancel);
        var query = new TaskQuery { Selector = TaskSelector.Everything with { Finished = FinishedTasks.Included }, Fields = [] };
        TaskChoice tasks = (await new TaskLister(cluster, TimeProvider.System).ChooseAsync(query, () => { }, cancel)).ValueOrThrow();
        var states = new JsonObject { ["total"] = tasks.Tasks.Count };
        foreach (IGrouping<TaskState, PodTask> state in tasks.Tasks.GroupBy(task => task.State).OrderBy(state => state.Key))
            states[TaskStates.NameOf(state.Key)] = state.Count();
        return
        [
            new JsonObject
            {
                ["cluster"] = cluster.Cluster, ["server"] = cluster.Connection.Server.GetLeftPart(UriPartial.Authority),
                ["version"] = KubeJson.ParseObject(version.BodyOrThrow()).String("gitVersion"),
                ["nodes"] = new JsonObject { ["total"] = nodes.Count, ["ready"] = nodes.Count(IsReady) },
                ["tasks"] = states,
            },
        ];
    }

    private static async Task<JsonObject[]> NodesAsync(HttpKubeApi cluster, string[] patterns, CancellationToken cancel) =>
        [.. (await ListAsync(cluster, cancel)).Where(node => patterns.Any(pattern => Fits(pattern, node.Name))).Select(node =>
        {
            node.Json.Insert(0, "cluster", cluster.Cluster);
            return node.Json;
        })];

    private static bool Fits(string pattern, string name) =>
        name.Contains(pattern, StringComparison.Ordinal) || FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private static async Task<IReadOnlyList<string>> NamesAsync(IReadOnlyList<HttpKubeApi> clusters, CancellationToken cancel)
    {
        try
        {
            List<KubeObject>[] nodes = await Task.WhenAll(clusters.Select(cluster => ListAsync(cluster, cancel)));
            return [.. nodes.SelectMany(node => node).Select(node => node.Name).Distinct(StringComparer.Ordinal)];
        }
        finally
        {
            foreach (HttpKubeApi cluster in clusters)
                cluster.Dispose();
        }
    }

    private static async Task<List<KubeObject>> ListAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        ApiResult answer = await cluster.ListAsync(new ResourcePath(Nodes), ListQuery.Everything, cancel);
        return [.. (KubeJson.ParseObject(answer.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(json => new KubeObject((JsonObject)json.DeepClone()))];
    }

    private static bool IsReady(KubeObject node) => (node.Status?.Array("conditions") ?? []).OfType<JsonObject>()
        .Any(condition => condition.String("type") == "Ready" && condition.String("status") == "True");

    private static void Print(JsonObject document)
    {
        using Stream output = Console.OpenStandardOutput();
        using (var writer = new Utf8JsonWriter(output, Indented))
            document.WriteTo(writer);
        output.Write("\n"u8);
    }
}
