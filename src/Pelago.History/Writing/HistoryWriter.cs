// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;

namespace Pelago.History.Writing;

/// <summary>The one loop that writes. What comes in while it commits is committed together next; callers hear of it after the commit.</summary>
internal sealed class HistoryWriter : IAsyncDisposable
{
    private const int MaxTogether = 512;
    private readonly Channel<WriterWork> _queue = Channel.CreateBounded<WriterWork>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly DayWriters _days;
    private readonly Task _loop;

    public HistoryWriter(HistoryOptions options)
    {
        _days = new DayWriters(options);
        _loop = Task.Run(RunAsync);
    }

    public Task RecordAsync(FinishedRun run, CancellationToken cancel) => DoAsync(new WriterWork(days => days.Record(run), Alone: false), cancel);

    public Task RecordAsync(IReadOnlyList<PodEvent> happened, CancellationToken cancel) => DoAsync(new WriterWork(days => days.Record(happened), Alone: false), cancel);

    /// <summary>Something that must not be mixed with anything else, such as dropping days.</summary>
    public Task AloneAsync(Action<DayWriters> work, CancellationToken cancel) => DoAsync(new WriterWork(work, Alone: true), cancel);

    public Task OverflowAsync() => _days.Overflow;

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task DoAsync(WriterWork work, CancellationToken cancel)
    {
        try
        {
            await _queue.Writer.WriteAsync(work, cancel);
        }
        catch (ChannelClosedException)
        {
            throw new HistoryException("history is closed");
        }

        await work.Done.WaitAsync(cancel);
    }

    private async Task RunAsync()
    {
        using DayWriters days = _days;
        var batch = new List<WriterWork>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxTogether && _queue.Reader.TryRead(out WriterWork? work))
                batch.Add(work);
            if (!TryDo(batch, out _))
                DoEach(batch);
            batch.Clear();
        }
    }

    /// <summary>One of them is the reason that none could be committed: each for itself, it alone fails.</summary>
    private void DoEach(List<WriterWork> batch)
    {
        foreach (WriterWork work in batch.Where(work => !work.Done.IsCompleted))
        {
            if (!TryDo([work], out Exception? fault))
                work.Fail(fault!);
        }
    }

    private bool TryDo(IReadOnlyList<WriterWork> batch, out Exception? fault)
    {
        fault = null;
        try
        {
            int committed = 0;
            for (int i = 0; i < batch.Count; i++)
            {
                if (!batch[i].Alone)
                {
                    batch[i].Apply(_days);
                    continue;
                }

                Commit(batch, ref committed, i);
                batch[i].Apply(_days);
                Commit(batch, ref committed, i + 1);
            }

            Commit(batch, ref committed, batch.Count);
            return true;
        }
        catch (Exception caught)
        {
            // Whatever it was, the loop goes on: somebody waits for each of them.
            fault = caught as HistoryException ?? new HistoryException($"history could not be written: {caught.Message}", caught);
            _days.Close();
            return false;
        }
    }

    private void Commit(IReadOnlyList<WriterWork> batch, ref int committed, int until)
    {
        _days.Commit();
        for (; committed < until; committed++)
            batch[committed].Complete();
    }
}
