// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pelago.Client.Reconciling;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// Records core/v1 Events: what happens again only raises the count of the Event there is, what is said in ever new words is combined, and
/// an object that floods is cut short (client-go tools/record). Recording never waits and never fails; Events that cannot be written are lost.
/// </summary>
public sealed partial class EventRecorder(IKubeApi api, string component, string host, TimeProvider time, ILogger logger)
{
    /// <summary>More than a burst of any controller; beyond it Events are dropped rather than memory spent.</summary>
    private const int Capacity = 1000;
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private readonly Channel<EventDraft> _drafts = Channel.CreateBounded<EventDraft>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly EventCorrelator _correlator = new(time);

    /// <summary>An Event of type <c>Normal</c>.</summary>
    public void Normal(ObjectReference about, string reason, string message) => Record(about, "Normal", reason, message);

    /// <summary>An Event of type <c>Warning</c>.</summary>
    public void Warning(ObjectReference about, string reason, string message) => Record(about, "Warning", reason, message);

    /// <summary>Writes what was recorded, until cancelled; then what is left is tried once more, without waiting for the cluster.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (EventDraft draft in _drafts.Reader.ReadAllAsync(cancel))
                await WriteAsync(draft, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private void Record(ObjectReference about, string type, string reason, string message) =>
        _drafts.Writer.TryWrite(new EventDraft(about, type, reason, message, time.GetUtcNow()));

    private async Task WriteAsync(EventDraft draft, CancellationToken cancel)
    {
        try
        {
            if (_correlator.Correlate(draft) is not { } series)
                return;
            ApiStatus? error = series.Name is null ? await CreateAsync(series, cancel) : await RepeatAsync(series, cancel);
            if (error is not null)
                Log.Lost(logger, draft.Reason, draft.About.Kind, draft.About.Name, error.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.Lost(logger, draft.Reason, draft.About.Kind, draft.About.Name, failure.Message);
        }
    }

    private async Task<ApiStatus?> CreateAsync(EventSeries series, CancellationToken cancel)
    {
        EventDraft draft = series.Draft;
        string ns = draft.About.Namespace.Length == 0 ? "default" : draft.About.Namespace;
        string name = $"{draft.About.Name}.{draft.At.ToUnixTimeMilliseconds() * 1_000_000 + draft.At.Ticks % 10_000 * 100:x}";
        byte[] body = KubeJson.ToUtf8(EventDocument.New(series, name, ns, component, host));
        ApiResult made = await api.CreateAsync(new ResourcePath(Events, ns), body, WriteQuery.None, cancel);
        if (made.Error is null)
            series.WrittenAs(ns, name);
        return made.Error;
    }

    private async Task<ApiStatus?> RepeatAsync(EventSeries series, CancellationToken cancel)
    {
        var patch = new JsonObject
        {
            ["count"] = series.Count, ["lastTimestamp"] = EventDocument.Time(series.Draft.At), ["message"] = series.Message,
        };
        var path = new ResourcePath(Events, series.Namespace!, series.Name!);
        ApiResult done = await api.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel);
        // Events live an hour: one that is gone is written anew, with its count.
        return done.Error is { IsNotFound: true } ? await CreateAsync(series, cancel) : done.Error;
    }

    private static partial class Log
    {
        [LoggerMessage(1110, LogLevel.Debug, "the event {Reason} of {Kind} {Name} is lost: {Why}")]
        public static partial void Lost(ILogger logger, string reason, string kind, string name, string why);
    }
}
