// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Threading.Channels;
using Pelago.Node.Logs;

namespace Pelago.Node.Processes;

/// <summary>Gives what a container prints to those who are attached. One who reads too slowly is let go: a container never waits for a client.</summary>
internal sealed class AttachHub
{
    private const int MaxUnreadBatches = 256;
    private ImmutableList<Listener> _listeners = [];
    private volatile bool _completed;

    /// <summary>On the event loop's thread.</summary>
    public void Publish(LogStream stream, ReadOnlySpan<byte> data)
    {
        ImmutableList<Listener> listeners = _listeners;
        if (listeners.IsEmpty)
            return;
        byte[] copy = data.ToArray();
        foreach (Listener listener in listeners)
        {
            if (listener.Stream == stream && !listener.Chunks.Writer.TryWrite(copy))
                listener.Chunks.Writer.TryComplete(new TimeoutException("what the container prints was not read fast enough"));
        }
    }

    /// <summary>A stream of what was printed <paramref name="before"/> and of what is printed from now on; disposing it ends the listening.</summary>
    public ChunkStream Listen(LogStream stream, byte[] before)
    {
        var listener = new Listener(stream, Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxUnreadBatches) { SingleReader = true }));
        if (before.Length > 0)
            listener.Chunks.Writer.TryWrite(before);
        ImmutableInterlocked.Update(ref _listeners, (list, item) => list.Add(item), listener);
        if (_completed)
            listener.Chunks.Writer.TryComplete();
        return new ChunkStream(listener.Chunks.Reader, () => ImmutableInterlocked.Update(ref _listeners, (list, item) => list.Remove(item), listener));
    }

    /// <summary>The container has exited: everybody reads to the end.</summary>
    public void Complete()
    {
        _completed = true;
        foreach (Listener listener in _listeners)
            listener.Chunks.Writer.TryComplete();
    }

    private sealed record Listener(LogStream Stream, Channel<byte[]> Chunks);
}
