// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Native;

namespace Pelago.Node.Processes;

/// <summary>
/// Hears a supervisor: the lines it writes to its status FIFO, and its end, which closes the FIFO. Callbacks come on the event loop's thread.
/// </summary>
internal sealed unsafe class SupervisorChannel : IReadiness, IDisposable
{
    private readonly EventLoop _loop;
    private readonly SafeFileHandle _fifo;
    private readonly Action<string> _line;
    private readonly Action _closed;
    private readonly EventLoop.Registration _registration;
    private readonly List<byte> _pending = [];

    public SupervisorChannel(EventLoop loop, string path, Action<string> line, Action closed)
    {
        _loop = loop;
        _line = line;
        _closed = closed;
        _fifo = Descriptors.Open(path, LibC.ReadOnly);
        _registration = loop.Add(_fifo, LibC.EpollIn, this);
    }

    public void OnReady(uint events)
    {
        byte* buffer = stackalloc byte[1024];
        while (true)
        {
            nint count = LibC.Read(_fifo, buffer, 1024);
            if (count > 0)
            {
                Take(new ReadOnlySpan<byte>(buffer, (int)count));
                continue;
            }
            if (count < 0 && Marshal.GetLastPInvokeError() == LibC.EINTR)
                continue;
            if (count == 0 || (events & LibC.EpollHangUp) != 0)
            {
                _loop.Remove(_registration);
                _closed();
            }
            return;
        }
    }

    public void Dispose()
    {
        _loop.Remove(_registration);
        _fifo.Dispose();
    }

    /// <summary>Says a line into a control FIFO; false when nobody is there to hear it.</summary>
    public static bool Say(string controlFifo)
    {
        const int WriteOnly = 1;
        // Opened once: what is there now may be removed in the next moment. Without a reader it cannot be opened so.
        using SafeFileHandle? fifo = Descriptors.TryOpen(controlFifo, WriteOnly);
        byte newline = (byte)'\n';
        return fifo is not null && LibC.Write(fifo, &newline, 1) == 1;
    }

    private void Take(ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            if (value != '\n')
            {
                _pending.Add(value);
                continue;
            }
            string line = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_pending));
            _pending.Clear();
            _line(line);
        }
    }
}
