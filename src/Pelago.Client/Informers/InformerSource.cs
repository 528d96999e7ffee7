// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Pelago.Kube;

namespace Pelago.Client.Informers;

/// <summary>Takes one page of a list; <c>seen</c> is the same set from the first page to the last.</summary>
internal delegate void ReplacePage(IReadOnlyList<ReadOnlyMemory<byte>> items, bool isLastPage, HashSet<ObjectKey> seen);

/// <summary>The wire half of an informer: list, watch, and when to do which again. Knows bytes and resourceVersions, no types.</summary>
internal sealed class InformerSource(
    IKubeApi api, ResourcePath path, ListQuery query, InformerOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>A watch shorter than this without any event is no sign of health.</summary>
    private static readonly TimeSpan VeryShort = TimeSpan.FromSeconds(1);
    private readonly Backoff _backoff = Backoff.ForWatches(time);
    private string? _resourceVersion;

    public ResourcePath Path => path;

    public async Task RunAsync(ReplacePage replace, Action<string, ReadOnlyMemory<byte>> apply, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            bool healthy;
            try
            {
                healthy = _resourceVersion is null ? await ListAsync(replace, cancel) : await WatchAsync(_resourceVersion, apply, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                InformerLog.Failed(logger, LogLevel.Warning, path.Resource, failure.Message);
                healthy = false;
            }
            if (!healthy && !await PauseAsync(cancel))
                return;
        }
    }

    private async Task<bool> PauseAsync(CancellationToken cancel)
    {
        await _backoff.DelayAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancel.IsCancellationRequested;
    }

    private async Task<bool> ListAsync(ReplacePage replace, CancellationToken cancel)
    {
        var seen = new HashSet<ObjectKey>();
        ListQuery page = query with { Limit = options.PageSize };
        string? version = null;
        while (true)
        {
            ApiResult answer = await api.ListAsync(path, page, cancel);
            if (answer.Error is { } error)
            {
                InformerLog.Refused(logger, path.Resource, "list", error);
                return false;
            }
            ListDocument list = ListDocument.Parse(answer.Body);
            // The pages are one snapshot, that of the first page; a server that reports otherwise is believed on the first.
            version ??= list.ResourceVersion;
            replace(list.Items, list.Continue is null, seen);
            if (list.Continue is null)
                break;
            page = page with { Continue = list.Continue };
        }
        InformerLog.Listed(logger, path.Resource, seen.Count, version);
        _resourceVersion = version;
        return true;
    }

    private async Task<bool> WatchAsync(string from, Action<string, ReadOnlyMemory<byte>> apply, CancellationToken cancel)
    {
        TimeSpan lasts = options.WatchTimeout * (1 + RandomNumberGenerator.GetInt32(1000) / 1000.0);
        using var dead = new CancellationTokenSource(lasts + options.WatchGrace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(dead.Token, cancel);
        long started = time.GetTimestamp();
        int events = 0;
        ListQuery watch = query with { ResourceVersion = from, AllowWatchBookmarks = true, TimeoutSeconds = (int)lasts.TotalSeconds };
        await foreach (RawWatchEvent next in api.WatchAsync(path, watch, either.Token))
        {
            if (next.Type == "ERROR")
                return Refused(from, next.Object) && (events > 0 || time.GetElapsedTime(started) >= VeryShort);
            if (next.Type is "ADDED" or "MODIFIED" or "DELETED")
                apply(next.Type, next.Object);
            string version = ObjectIdentity.Read(next.Object.Span).ResourceVersion;
            if (version.Length > 0)
                _resourceVersion = version;
            events++;
        }
        return events > 0 || time.GetElapsedTime(started) >= VeryShort;
    }

    /// <summary>410 means that the history is gone: true, list again. Anything else may pass by itself.</summary>
    private bool Refused(string from, ReadOnlyMemory<byte> statusBytes)
    {
        ApiStatus? status = ApiStatus.FromJson(KubeJson.Parse(statusBytes));
        if (status is { Code: 410 } or { Reason: StatusReason.Expired or StatusReason.Gone })
        {
            InformerLog.Relisting(logger, path.Resource, from, status.Message);
            _resourceVersion = null;
            return true;
        }
        InformerLog.Refused(logger, path.Resource, "watch", status);
        return false;
    }
}
