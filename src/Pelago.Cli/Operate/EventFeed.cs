// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>The events of one cluster: those that there are, and from then on each as it comes, through breaks of the connection.</summary>
internal sealed class EventFeed(HttpKubeApi cluster, string ns, ListQuery query, EventPrinter printer, TextWriter errors, TimeSpan patience, TimeProvider time)
{
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);

    // What was said last; it is said again when something else has happened since.
    private Exception? _said;

    /// <summary>Ends with the code of what went wrong: at once when the first look fails; later it is said and tried again.</summary>
    public async Task<int> RunAsync(bool follows, CancellationToken cancel)
    {
        string? since = null;
        bool isFirst = true;
        while (true)
        {
            try
            {
                if (since is null)
                {
                    ListDocument list = ListDocument.Parse((await cluster.ListAsync(new ResourcePath(Events, ns), query, cancel)).BodyOrThrow());
                    printer.Print(cluster.Cluster, list.Items);
                    (since, isFirst) = (list.ResourceVersion, false);
                }

                if (!follows)
                    return ExitCode.Done;
                string? next = await FollowAsync(since, cancel);
                bool isIdle = next is null || next == since;
                (since, _said) = (next, null);

                // A server that ends every watch at once is not asked without a pause.
                if (isIdle)
                    await Task.Delay(ShortPause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return ExitCode.Done;
            }
            catch (Exception fault) when (fault is ClusterUnreachableException or ApiStatusException)
            {
                if (_said?.Message != fault.Message)
                    await errors.WriteLineAsync($"pelago: {fault.Message}");
                _said = fault;
                if (isFirst || !follows)
                    return fault is ClusterUnreachableException ? ExitCode.Unreachable : ExitCode.Failed;

                // Where a watch is refused, or broken by what comes next, all is read again: that may go well, and what was told is not told again.
                if (fault is ApiStatusException)
                    since = null;
                await Task.Delay(patience, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until the server ends the watch: where to go on, or null when that is lost and all has to be read again. What is refused is an <see cref="ApiStatusException"/>.</summary>
    private async Task<string?> FollowAsync(string since, CancellationToken cancel)
    {
        ListQuery watch = query with { ResourceVersion = since, AllowWatchBookmarks = true };
        await foreach (RawWatchEvent change in cluster.WatchAsync(new ResourcePath(Events, ns), watch, Reached, cancel))
        {
            if (change.Type == "ERROR")
            {
                ApiStatus error = ApiStatus.FromFailure(KubeJson.ParseObject(change.Object));
                return error.Code == 410 ? null : throw new ApiStatusException(error);
            }
            _said = null;
            since = MetadataScan.Read(change.Object).ResourceVersion;
            if (change.Type is "ADDED" or "MODIFIED")
                printer.Print(cluster.Cluster, [change.Object]);
        }

        return since;
    }

    /// <summary>The cluster answers: should it go away again, that is another time.</summary>
    private void Reached()
    {
        if (_said is ClusterUnreachableException)
            _said = null;
    }
}
