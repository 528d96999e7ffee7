// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago resolve</c>: where things are: the servers of clusters, or the nodes and addresses of tasks.</summary>
internal static class ResolveCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TaskField[] Columns = [TaskFields.Id, TaskFields.Node, TaskFields.Ip];

    public static Command Build()
    {
        var tasks = new TaskOptions();
        Argument<string[]> names = TaskOptions.Checked(new Argument<string[]>("task") { Description = "Of these tasks (default: of the clusters)", Arity = ArgumentArity.ZeroOrMore });
        Option<bool> quiet = new("--quiet", "-q") { Description = "No header and no remarks" };
        var command = new Command("resolve", "Where clusters and tasks are").WithExamples("""
            pelago resolve                       the servers of the clusters, and what they are
            pelago resolve web                   node and address of each task
            curl http://$(pelago resolve -q web-1 | awk '{print $3}'):8080/
            """);
        command.Arguments.Add(names);
        tasks.AddTo(command);
        command.Options.Add(quiet);
        TaskNames.Offer(names, tasks);
        command.SetAction(async (parsed, cancel) => parsed.GetValue(names) is { Length: > 0 } asked
            ? await TasksAsync(parsed, tasks, asked, parsed.GetValue(quiet), cancel)
            : await ClustersAsync(await tasks.ConnectAsync(parsed, cancel), parsed.GetValue(quiet), cancel));
        return command;
    }

    private static async Task<int> TasksAsync(ParseResult parsed, TaskOptions tasks, string[] names, bool isQuiet, CancellationToken cancel)
    {
        var query = new TaskQuery { Selector = tasks.Selector(parsed, names), Fields = Columns };
        using FoundTasks found = await tasks.FindAsync(parsed, query, cancel);
        TaskField[] columns = found.SeveralClusters ? [TaskFields.Cluster, .. Columns] : Columns;
        if (found.Tasks.Count > 0)
            TaskColumns.Print(found.Tasks.Select(task => task.Task), columns, 0, !isQuiet);
        found.Explain(isQuiet);
        return found.ExitCode;
    }

    private static async Task<int> ClustersAsync(IReadOnlyList<HttpKubeApi> clusters, bool isQuiet, CancellationToken cancel)
    {
        try
        {
            var table = new TextTable("CLUSTER", "SERVER", "VERSION") { HasHeader = !isQuiet };
            var faults = new List<Exception>();
            foreach ((HttpKubeApi cluster, string version, Exception? fault) in await Task.WhenAll(clusters.Select(cluster => VersionAsync(cluster, cancel))))
            {
                table.Add(cluster.Cluster, cluster.Connection.Server.GetLeftPart(UriPartial.Authority), version);
                if (fault is not null)
                    faults.Add(fault);
            }

            table.WriteTo(Console.Out);
            faults.ForEach(fault => Console.Error.WriteLine($"pelago: {fault.Message}"));
            return faults.Exists(fault => fault is ClusterUnreachableException) ? ExitCode.Unreachable : faults.Count > 0 ? ExitCode.Failed : ExitCode.Done;
        }
        finally
        {
            foreach (HttpKubeApi cluster in clusters)
                cluster.Dispose();
        }
    }

    private static async Task<(HttpKubeApi Cluster, string Version, Exception? Fault)> VersionAsync(HttpKubeApi cluster, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            ApiResult answer = await cluster.GetRawAsync("/version", patience.Token);
            return answer.Error is { } refused
                ? (cluster, "-", new CliException($"cluster \"{cluster.Cluster}\" does not tell its version: {refused.Message}"))
                : (cluster, PlainText.Of(KubeJson.ParseObject(answer.Body).String("gitVersion") ?? "-"), null);
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or JsonException)
        {
            return (cluster, "-", fault);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (cluster, "-", TaskSurvey.NoAnswer(cluster));
        }
    }
}
