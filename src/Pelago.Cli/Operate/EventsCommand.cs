// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Dcsh;
using Pelago.Client;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago events</c>: what clusters say that happened, the last of it and from then on as it comes.</summary>
internal static class EventsCommand
{
    /// <summary>128 and the number of SIGINT, as for any program that a shell ran.</summary>
    private const int Interrupted = 130;

    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var names = new Argument<string[]>("name") { Description = "Only of objects whose name contains one of these", Arity = ArgumentArity.ZeroOrMore };
        var ns = new Option<string?>("--namespace", "-n") { Description = "Only this namespace (default: all)", HelpName = "NS" };
        var allNamespaces = new Option<bool>("--all-namespaces", "-A") { Description = "All namespaces, which is the default" };
        var warnings = new Option<bool>("--warnings") { Description = "Only what went wrong" };
        var once = new Option<bool>("--once") { Description = "Print what there is, and end" };
        Option<int?> seconds = CommandOptions.Number("--for", "End after so many seconds (default: with Ctrl-C)", "SECONDS", 1, 1_000_000);
        Option<int?> interval = CommandOptions.Number("--sleep-interval", "Seconds until a cluster that went away is asked again (default: 5)", "SECONDS", 1, 3600);
        interval.Aliases.Add("-s");
        Option<string> output = CommandOptions.Output("table", "jsonl");
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No header" };
        var command = new Command("events", "Follow what happens in clusters").WithExamples("""
            pelago events                       all of it, until Ctrl-C
            pelago events web --warnings -n shop
            pelago events --once -o jsonl --all-clusters
            """);
        command.Arguments.Add(names);
        clusters.AddTo(command);
        foreach (Option option in new Option[] { ns, allNamespaces, warnings, once, seconds, interval, output, quiet })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(allNamespaces) && result.GetValue(ns) is not null)
                result.AddError("--all-namespaces and --namespace exclude each other");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            IReadOnlyList<HttpKubeApi> connections = await clusters.ConnectAsync(parsed, cancel);
            var query = new ListQuery { FieldSelector = parsed.GetValue(warnings) ? "type=Warning" : null };
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await using Stream lines = StandardStreams.Output();
            var printer = new EventPrinter(lines, end.Cancel, parsed.GetValue(output) == "jsonl", parsed.GetValue(quiet), connections.Count > 1, parsed.GetValue(names) ?? []);
            if (parsed.GetValue(seconds) is { } limit)
                end.CancelAfter(TimeSpan.FromSeconds(limit));
            var patience = TimeSpan.FromSeconds(parsed.GetValue(interval) ?? 5);
            try
            {
                Task<int>[] feeds = [.. connections.Select(cluster =>
                    new EventFeed(cluster, parsed.GetValue(ns) ?? "", query, printer, Console.Error, patience, TimeProvider.System).RunAsync(!parsed.GetValue(once), end.Token))];
                int[] codes = await Task.WhenAll(feeds);
                return cancel.IsCancellationRequested ? Interrupted : codes.Contains(ExitCode.Unreachable) ? ExitCode.Unreachable : codes.Max();
            }
            finally
            {
                foreach (HttpKubeApi cluster in connections)
                    cluster.Dispose();
            }
        });
        return command;
    }
}
