// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>The events of one cluster: those that there are, and from then on each as it comes, through breaks of the connection.</summary>
internal sealed class EventFeed(HttpKubeApi cluster, string ns, ListQuery query, EventPrinter printer, TimeSpan patience)
{
    private static readonly GroupVersionResource Events = new("", "v1", "events");

    /// <summary>Ends with the code of what went wrong: at once when the first look fails; later it is said and tried again.</summary>
    public async Task<int> RunAsync(bool follows, CancellationToken cancel)
    {
        string? since = null;
        bool isAway = false;
        while (true)
        {
            try
            {
                if (since is null)
                {
                    ListDocument list = ListDocument.Parse((await cluster.ListAsync(new ResourcePath(Events, ns), query, cancel)).BodyOrThrow());
                    printer.Print(cluster.Cluster, list.Items);
                    since = list.ResourceVersion;
                }

                if (!follows)
                    return ExitCode.Done;
                isAway = false;
                since = await FollowAsync(since, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return ExitCode.Done;
            }
            catch (Exception fault) when (fault is ClusterUnreachableException or ApiStatusException)
            {
                if (!isAway)
                    await Console.Error.WriteLineAsync($"pelago: {fault.Message}");
                isAway = true;
                if (since is null || !follows)
                    return fault is ClusterUnreachableException ? ExitCode.Unreachable : ExitCode.Failed;
                await Task.Delay(patience, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until the server ends the watch: where to go on, or null when that is lost and all has to be read again.</summary>
    private async Task<string?> FollowAsync(string since, CancellationToken cancel)
    {
        await foreach (RawWatchEvent change in cluster.WatchAsync(new ResourcePath(Events, ns), query with { ResourceVersion = since, AllowWatchBookmarks = true }, cancel))
        {
            if (change.Type == "ERROR")
                return null;
            since = MetadataScan.Read(change.Object).ResourceVersion;
            if (change.Type is "ADDED" or "MODIFIED")
                printer.Print(cluster.Cluster, [change.Object]);
        }

        return since;
    }
}
