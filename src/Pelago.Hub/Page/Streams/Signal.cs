// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;

namespace Pelago.Hub.Page.Streams;

/// <summary>Says that there may be something to do; raised by anybody, however often, waited for by one.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>True when it was raised since the last time, false when the time is over.</summary>
    public async Task<bool> WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancel)
    {
        if (_raised.Reader.TryRead(out _))
            return true;
        using var late = new CancellationTokenSource(most > TimeSpan.Zero ? most : TimeSpan.FromMilliseconds(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            return await _raised.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
