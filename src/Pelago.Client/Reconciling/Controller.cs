// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Pelago.Client;

/// <summary>
/// Works off the keys of a queue: waits for the informers it reads from, then calls <c>reconcile</c> for one key after the other on each
/// worker; what fails is tried again, later and later. Composition: handlers fill <see cref="Queue"/>, the delegate does the work.
/// </summary>
public sealed partial class Controller<TKey> : IDisposable
    where TKey : notnull
{
    private readonly string _name;
    private readonly IReadOnlyList<IInformer> _informers;
    private readonly Func<TKey, CancellationToken, Task<ReconcileResult>> _reconcile;
    private readonly ILogger _logger;

    public Controller(
        string name, IReadOnlyList<IInformer> informers, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile, TimeProvider time, ILogger logger)
    {
        _name = name;
        _informers = informers;
        _reconcile = reconcile;
        _logger = logger;
        Queue = new WorkQueue<TKey>(time);
    }

    public WorkQueue<TKey> Queue { get; }

    /// <summary>How many keys are worked on at the same time.</summary>
    public int Workers { get; init; } = 5;

    public void Dispose() => Queue.Dispose();

    /// <summary>Returns when cancelled and the last key is put down; the queue is closed then.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(_informers.Select(informer => informer.WaitForSyncAsync(cancel)));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return;
        }
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => BackgroundWork.RunAsync(() => WorkAsync(cancel))));
        Queue.Dispose();
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await Queue.TakeAsync(cancel);
            }
            catch (Exception end) when (end is OperationCanceledException or ChannelClosedException)
            {
                return;
            }
            await ReconcileAsync(key, cancel);
        }
    }

    private async Task ReconcileAsync(TKey key, CancellationToken cancel)
    {
        TimeSpan rest = TimeSpan.Zero;
        try
        {
            ReconcileResult result = await _reconcile(key, cancel);
            rest = result.Rest;
            if (result.Failure is { } failure)
            {
                // A conflict means that the cache was behind: the change that it missed is on its way.
                if (failure.IsConflict)
                    Log.Conflict(_logger, _name, key, failure.Message);
                else
                    Log.Refused(_logger, _name, key, failure.Message);
                Queue.AddRateLimited(key);
                return;
            }
            Queue.Forget(key);
            if (result.After is { } after)
                Queue.AddAfter(key, after);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
        catch (ClusterUnreachableException unreachable)
        {
            Log.Refused(_logger, _name, key, unreachable.Message);
            Queue.AddRateLimited(key);
        }
        catch (Exception fault)
        {
            Log.Fault(_logger, _name, key, fault);
            Queue.AddRateLimited(key);
        }
        finally
        {
            Queue.Done(key, rest);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Debug, "{Controller}: {Key}: {Why}")]
        public static partial void Conflict(ILogger logger, string controller, object key, string why);

        [LoggerMessage(1101, LogLevel.Warning, "{Controller}: {Key} will be retried: {Why}")]
        public static partial void Refused(ILogger logger, string controller, object key, string why);

        [LoggerMessage(1102, LogLevel.Error, "{Controller}: {Key} will be retried after a fault")]
        public static partial void Fault(ILogger logger, string controller, object key, Exception fault);
    }
}
