// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary>The histories that a line is about, asked one after the other: a cluster that fails is named on stderr and takes nothing from the others.</summary>
internal static class EachCluster
{
    /// <summary>The exit code: 4 when a cluster could not be reached, 1 when one refused, else what <paramref name="work"/> gave last that is not 0.</summary>
    public static async Task<int> RunAsync(ClusterSelection clusters, ParseResult parsed, Func<HttpKubeApi, ClusterHistory, Task<int>> work, CancellationToken cancel)
    {
        IReadOnlyList<HttpKubeApi> connections = await clusters.ConnectAsync(parsed, cancel);
        int code = ExitCode.Done;
        try
        {
            foreach (HttpKubeApi cluster in connections)
                code = Worse(code, await TryAsync(cluster, work));
            return code;
        }
        finally
        {
            foreach (HttpKubeApi cluster in connections)
                cluster.Dispose();
        }
    }

    /// <summary>What is wrong with an answer, so that one knows what to do.</summary>
    public static string Explain(HttpKubeApi cluster, ApiStatus error) => error is { Code: 404, Name: null or "" }
        ? $"cluster {cluster.Cluster} keeps no history: 'pelago up' makes clusters that do, and '{Invocation.Program} install' brings it to any other"
        : $"the history of cluster {cluster.Cluster}: {error.Message}{(error.Code == 403 ? $". Your user needs a role that may get and list {HistoryApi.Runs} of {HistoryApi.Group}" : "")}";

    private static int Worse(int one, int other) => (one, other) switch
    {
        (ExitCode.Unreachable, _) or (_, ExitCode.Unreachable) => ExitCode.Unreachable,
        (ExitCode.Failed, _) or (_, ExitCode.Failed) => ExitCode.Failed,
        _ => Math.Max(one, other),
    };

    private static async Task<int> TryAsync(HttpKubeApi cluster, Func<HttpKubeApi, ClusterHistory, Task<int>> work)
    {
        try
        {
            return await work(cluster, new ClusterHistory(cluster));
        }
        catch (ClusterUnreachableException away)
        {
            Console.Error.WriteLine($"pelago: {away.Message}");
            return ExitCode.Unreachable;
        }
        catch (ApiStatusException refused)
        {
            Console.Error.WriteLine($"pelago: {Explain(cluster, refused.Status)}");
            return ExitCode.Failed;
        }
    }
}
