// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Pelago.Store;

/// <summary>
/// The one thread that changes anything. It takes whatever was queued while the last commit ran, makes it one transaction, publishes it
/// in revision order and only then tells the callers. Nothing waits for a batch to fill: the commit itself is the pause in which the next one gathers.
/// </summary>
internal sealed partial class RevisionWriter : IAsyncDisposable
{
    private const int QueueBound = 8192;

    private readonly Channel<WriterWork> _queue = Channel.CreateBounded<WriterWork>(
        new BoundedChannelOptions(QueueBound) { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _signal = new();
    private readonly Action _wake;
    private readonly RevisionStore _store;
    private readonly IRevisionLog _log;
    private readonly CommitBatch _batch;
    private readonly ILogger _logger;

    public RevisionWriter(RevisionStore store, IRevisionLog log, Failpoints? failpoints, ILogger logger)
    {
        _store = store;
        _log = log;
        _logger = logger;
        _batch = new CommitBatch(log, failpoints);
        _wake = _signal.Set;
    }

    /// <summary>Counts commits, so that tidying can tell a quiet moment.</summary>
    public long Commits { get; private set; }

    public void Start() => new Thread(Run) { IsBackground = true, Name = "store writer" }.Start();

    public async Task<T> SubmitAsync<T>(WriterWork work, Task<T> outcome, CancellationToken cancel)
    {
        await using CancellationTokenRegistration registration = cancel.UnsafeRegister(
            static (state, token) =>
            {
                if (((WriterWork)state!).TryTake())
                    ((WriterWork)state).Cancel(token);
            },
            work);
        try
        {
            await _queue.Writer.WriteAsync(work, cancel);
        }
        catch (ChannelClosedException)
        {
            throw new StoreFailedException("the write was not taken: the store is closing. Try again when the daemon is back") { Cause = "it is closing" };
        }
        return await outcome;
    }

    /// <summary>Runs something on the writer thread, in its place between the writes.</summary>
    public Task<T> RunAsync<T>(Func<T> run, CancellationToken cancel)
    {
        var chore = new WriterChore<T>(run);
        return SubmitAsync(chore, chore.Task, cancel);
    }

    /// <summary>Commits writes of the store's own. Only for chores, which run on the writer thread. False when the commit failed.</summary>
    public bool CommitNow(IEnumerable<WriteUnit> units)
    {
        foreach (WriteUnit unit in units)
            _batch.Add(unit);
        return Commit();
    }

    /// <summary>Takes no more work, finishes what is queued and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task;
        _signal.Dispose();
    }

    private void Run()
    {
        while (WaitForWork())
        {
            while (_queue.Reader.TryRead(out WriterWork? work))
                Take(work);
            Commit();
        }
        _log.Dispose();
        _ended.TrySetResult();
    }

    private void Take(WriterWork work)
    {
        if (!work.TryTake())
            return;
        if (work is WriteUnit unit)
        {
            _batch.Add(unit);
            if (_batch.Writes >= CommitBatch.Full)
                Commit();
        }
        else if (work is IWriterChore chore)
        {
            Commit();
            chore.Run();
        }
    }

    private bool Commit()
    {
        if (_batch.Writes == 0)
            return true;
        try
        {
            _batch.Commit(_store.Revision);
        }
        catch (Exception fault)
        {
            Abandon(fault);
            return false;
        }
        if (_batch.Changes.Count > 0)
        {
            Commits++;
            _store.Publish(_batch);
        }
        foreach (WriteUnit unit in _batch.Units)
            unit.Complete();
        _batch.Clear();
        if (_log.NeedsTidying)
            _log.Tidy();
        return true;
    }

    private void Abandon(Exception fault)
    {
        StoreFailedException failure = fault as StoreFailedException
            ?? new StoreFailedException($"a write to the store failed: {fault.Message}. Nothing of it was kept; it may be tried again", fault);
        Log.CommitFailed(_logger, _batch.Writes, failure.Message);
        _log.Rollback();
        foreach (WriteUnit unit in _batch.Units)
            unit.Fail(failure);
        _batch.Clear();
    }

    /// <summary>Blocks this thread, which has nothing else to do, until there is work; false when there will be none.</summary>
    private bool WaitForWork()
    {
#pragma warning disable CA2012, VSTHRD002 // A dedicated thread: its result is taken once, after it is there.
        ValueTaskAwaiter<bool> wait = _queue.Reader.WaitToReadAsync(CancellationToken.None).GetAwaiter();
        if (!wait.IsCompleted)
        {
            wait.UnsafeOnCompleted(_wake);
            _signal.Wait();
            _signal.Reset();
        }
        return wait.GetResult();
#pragma warning restore CA2012, VSTHRD002
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1001, Level = LogLevel.Error, Message = "A commit of {Writes} writes failed and was undone: {Reason}")]
        public static partial void CommitFailed(ILogger logger, int writes, string reason);
    }
}
