// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Output;
using Pelago.Client;

namespace Pelago.Cli.Watch;

/// <summary><c>pelago watch</c>: the pods of whole clusters as they change, in numbers or as a live grid.</summary>
internal static class WatchCommand
{
    private static readonly Option<bool> Grid = new("--grid") { Description = "A cell for each pod, coloured by its state, on the whole terminal" };
    private static readonly Option<string> By = new Option<string>("--by") { Description = "What stands together in the grid: node, workload, namespace (default: node)", HelpName = "WHAT" }.Only("node", "workload", "namespace");
    private static readonly Option<string?> Namespace = new("--namespace", "-n") { Description = "Only this namespace (default: all)", HelpName = "NS" };
    private static readonly Option<bool> AllNamespaces = new("--all-namespaces", "-A") { Description = "All namespaces, which is the default" };
    private static readonly Option<string?> Selector = new("--selector", "-l") { Description = "Only pods with these labels: app=web,tier!=test", HelpName = "LABELS" };
    private static readonly Option<string?> FieldSelector = new("--field-selector") { Description = "Only pods with these fields: spec.nodeName=node-1", HelpName = "FIELDS" };
    private static readonly Option<int?> For = CommandOptions.Number("--for", "End after so many seconds (default: with Ctrl-C)", "SECONDS", 1, 1_000_000);

    public static Command Build()
    {
        var clusters = new ClusterSelection();
        Option<string> output = CommandOptions.Output("table", "json", "jsonl");
        var command = new Command("watch", "Watch the pods of clusters: counts each second, or a live grid").WithExamples("""
            pelago watch                                counts of pods by state, a line each second
            pelago watch --grid                         every pod a cell; q ends it
            pelago watch --grid --by workload -n shop   of one namespace, by what made the pods
            pelago watch --grid --all-clusters -l app=web
            pelago watch -o json --for 10               ten seconds for a script, a JSON document a line
            """);
        foreach (Option option in new Option[] { Grid, By, Namespace, AllNamespaces, Selector, FieldSelector, For })
            command.Options.Add(option);
        clusters.AddTo(command);
        command.Options.Add(output);
        command.Validators.Add(result =>
        {
            if (result.GetValue(AllNamespaces) && result.GetValue(Namespace) is not null)
                result.AddError("--all-namespaces and --namespace exclude each other");
        });
        command.SetAction(async (parsed, cancel) => await RunAsync(parsed, await clusters.ConnectAsync(parsed, cancel), parsed.GetValue(output) ?? "table", cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<HttpKubeApi> clusters, string form, CancellationToken cancel)
    {
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parsed.GetValue(For) is { } seconds)
                end.CancelAfter(TimeSpan.FromSeconds(seconds));
            var picture = new LivePicture(GroupingOf(parsed.GetValue(By)), TimeProvider.System);
            var selection = new ListQuery { LabelSelector = parsed.GetValue(Selector), FieldSelector = parsed.GetValue(FieldSelector) };
            await using var feeds = ClusterFeeds.Start(clusters, picture, parsed.GetValue(Namespace) ?? "", selection, TimeProvider.System, end.Token);
            if (parsed.GetValue(Grid) && form == "table" && Style.IsScreen)
            {
                var session = new GridSession(feeds, picture, new GridView(picture, Title(parsed, clusters), Style.Allowed), TimeProvider.System);
                await Task.Run(() => session.Run(end.Token), CancellationToken.None);
            }
            else
            {
                await new CountLines(feeds, picture, TimeProvider.System, form != "table").RunAsync(end.Token);
            }

            return Judge(feeds, clusters.Count);
        }
        finally
        {
            foreach (HttpKubeApi cluster in clusters)
                cluster.Dispose();
        }
    }

    private static int Judge(ClusterFeeds feeds, int clusters)
    {
        var codes = new List<int>();
        foreach (Exception fault in feeds.Faults)
        {
            Console.Error.WriteLine($"pelago: {fault.Message}");
            codes.Add(fault is ClusterUnreachableException ? ExitCode.Unreachable : ExitCode.Failed);
        }

        return ExitCode.Of(codes, clusters);
    }

    private static Grouping GroupingOf(string? word) => word switch
    {
        "workload" => Grouping.Workload,
        "namespace" => Grouping.Namespace,
        _ => Grouping.Node,
    };

    private static string Title(ParseResult parsed, IReadOnlyList<HttpKubeApi> clusters)
    {
        string[] narrowed = [parsed.GetValue(Namespace) is { } ns ? $"in {ns}" : "", parsed.GetValue(Selector) ?? "", parsed.GetValue(FieldSelector) ?? ""];
        return string.Join("  ", narrowed.Where(part => part.Length > 0).Prepend(string.Join(", ", clusters.Select(cluster => cluster.Cluster))));
    }
}
