// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Watch;

/// <summary>
/// A watch over HTTP: one JSON line for each event, or cells, flushed after each batch that was there. Bookmarks about each minute and shortly
/// before the end. A client that does not read is cut off: nothing is buffered for it beyond the connection's own windows.
/// </summary>
internal sealed class WatchWriter(ResourceService service, TimeProvider time, CancellationToken stopping)
{
    private const int FlushEvery = 64 * 1024;
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(30);
    private int _watchers;

    /// <summary>Watches under way, for the metrics.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    public async Task HandleAsync(HttpContext http, ResourceRequest request, ListOptions options, OutputFormat format, CancellationToken cancel)
    {
        (WatchSession? session, ApiStatus? refused, ApiStatus? ended) = await service.WatchAsync(request, options, cancel);
        if (refused is not null)
        {
            await ResponseWriter.WriteStatusAsync(http, refused, cancel);
            return;
        }

        WarningHeaders.Add(http.Response, request.WarningsSoFar);
        IWatchEncoding encoding = format.Shape == OutputShape.Cells ? new WatchCells(time) : new WatchLines(new ObjectForm(request.Kind, request.Version, format, time));
        ResponseWriter.Begin(http, 200, encoding.MediaType);
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        PipeWriter output = http.Response.BodyWriter;
        encoding.Begin(output);
        if (ended is not null)
        {
            encoding.WriteError(output, ended);
            await output.FlushAsync(cancel);
            return;
        }

        using (session)
        {
            await output.FlushAsync(cancel);
            Interlocked.Increment(ref _watchers);
            try
            {
                await StreamAsync(http, output, session!, encoding, new WatchClock(request.Kind, options, time), cancel);
            }
            finally
            {
                Interlocked.Decrement(ref _watchers);
            }
        }
    }

    private async Task StreamAsync(
        HttpContext http, PipeWriter output, WatchSession session, IWatchEncoding encoding, WatchClock clock, CancellationToken cancel)
    {
        // Once more when it is over: what was committed before its kind went is told.
        for (bool isLast = false; !isLast;)
        {
            isLast = stopping.IsCancellationRequested || clock.IsOver;
            using CancellationTokenSource wake = clock.Wake();
            using var any = CancellationTokenSource.CreateLinkedTokenSource(wake.Token, cancel, stopping, clock.Outdated);
            try
            {
                await PumpAsync(http, output, session, encoding, any.Token, cancel);
                return;
            }
            catch (OperationCanceledException woken) when (!cancel.IsCancellationRequested && woken.InnerException is not TimeoutException)
            {
                // The clock woke us (a bookmark is due, or the watch is over), the kind is served otherwise, or the server stops.
            }

            if (!clock.TakeBookmark())
                continue;
            encoding.WriteBookmark(output, session.Revision, endsInitialState: false);
            await FlushAsync(http, output, cancel);
        }
    }

    /// <summary>Writes events until the token fires; returns when the watch has to end.</summary>
    private static async Task PumpAsync(
        HttpContext http, PipeWriter output, WatchSession session, IWatchEncoding encoding, CancellationToken wake, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                int unflushed = 0;
                while (session.TryRead(out WatchedEvent next))
                {
                    unflushed += encoding.Write(output, next);
                    if (unflushed < FlushEvery)
                        continue;
                    await FlushAsync(http, output, cancel);
                    unflushed = 0;
                }

                unflushed += encoding.EndBatch(output, session.Revision);
                if (unflushed > 0)
                    await FlushAsync(http, output, cancel);
                await session.WaitAsync(wake);
            }
        }
        catch (WatchLaggedException)
        {
            // The client resumes from its last revision or lists again.
        }
        catch (HistoryGoneException)
        {
            encoding.WriteError(output, ApiStatus.Expired("the history that this watch still had to send was compacted; list again"));
            await FlushAsync(http, output, cancel);
        }
    }

    private static async ValueTask FlushAsync(HttpContext http, PipeWriter output, CancellationToken cancel)
    {
        ValueTask<FlushResult> flush = output.FlushAsync(cancel);
        if (flush.IsCompletedSuccessfully)
            return;
        try
        {
            await flush.AsTask().WaitAsync(FlushPatience, cancel);
        }
        catch (TimeoutException fault)
        {
            http.Abort();
            throw new OperationCanceledException("the client of a watch does not read", fault);
        }
    }
}
