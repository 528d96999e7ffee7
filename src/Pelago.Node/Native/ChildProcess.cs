// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>A child of this process: reaped when it ends, so that it leaves no zombie, and signalled without the danger of a reused number.</summary>
internal sealed class ChildProcess : IReadiness
{
    private const int NoHang = 1;
    private static readonly TimeSpan PollOnOldKernels = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventLoop? _loop;
    private readonly SafeFileHandle? _handle;
    private EventLoop.Registration? _registration;
    private int _reaping;

    private ChildProcess(int pid, EventLoop? loop)
    {
        Pid = pid;
        _loop = loop;
        _handle = loop is null ? null : Descriptors.OpenProcess(pid);
    }

    public int Pid { get; }

    /// <summary>The exit code as a shell says it: 0 to 255, or 128 plus the signal.</summary>
    public Task<int> Exited => _exited.Task;

    public static ChildProcess Start(SpawnRequest request, EventLoop loop)
    {
        var child = new ChildProcess(Spawner.Spawn(request), loop);
        if (child._handle is null)
            child.ReapSoon();
        else
            child._registration = loop.Add(child._handle, LibC.EpollIn, child);
        return child;
    }

    /// <summary>A child that costs no descriptor: its starter learns otherwise that it ends, and then says <see cref="ReapSoon"/>.</summary>
    public static ChildProcess StartUnwatched(SpawnRequest request) => new(Spawner.Spawn(request), loop: null);

    /// <summary>It has ended, or is about to.</summary>
    public void ReapSoon()
    {
        if (_handle is null && Interlocked.Exchange(ref _reaping, 1) == 0)
            _ = PollAsync();
    }

    public void Signal(int signal)
    {
        // Safe by number too: an unreaped child keeps its number, and only this class reaps it.
        if (!_exited.Task.IsCompleted)
            _ = LibC.Kill(Pid, signal);
    }

    public void OnReady(uint events)
    {
        if (!TryReap())
            return;
        if (_registration is not null)
            _loop!.Remove(_registration);
        _handle?.Dispose();
    }

    private unsafe bool TryReap()
    {
        int status;
        int result = LibC.WaitProcess(Pid, &status, NoHang);
        if (result == 0)
            return false;
        const int Lost = 255;
        _exited.TrySetResult(result < 0 ? Lost : CodeOf(status));
        return true;
    }

    private static int CodeOf(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    private async Task PollAsync()
    {
        using var timer = new PeriodicTimer(PollOnOldKernels);
        while (!TryReap())
            await timer.WaitForNextTickAsync();
    }

    /// <summary>The name of an errno, for messages.</summary>
    public static string ErrorText(int error) => new Win32Exception(error).Message;
}
