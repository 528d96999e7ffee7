// SPDX-License-Identifier: Apache-2.0

using Microsoft.Win32.SafeHandles;
using Pelago.Client.Local;

namespace Pelago.Node.Native;

/// <summary>Waits for the end of a process that is not our child.</summary>
internal sealed class ProcessEnd : IReadiness, IDisposable
{
    private static readonly TimeSpan PollOnOldKernels = TimeSpan.FromMilliseconds(200);
    private readonly EventLoop _loop;
    private readonly SafeFileHandle? _handle;
    private readonly EventLoop.Registration? _registration;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProcessEnd(EventLoop loop, ProcessIdentity process, TimeProvider time)
    {
        _loop = loop;
        _handle = Descriptors.OpenProcess(process.Pid);
        if (!process.IsAlive())
            _ended.TrySetResult();
        else if (_handle is not null)
            _registration = loop.Add(_handle, LibC.EpollIn | LibC.EpollOneShot, this);
        else
            _ = PollAsync(process, time);
    }

    public Task Task => _ended.Task;

    public void OnReady(uint events) => _ended.TrySetResult();

    public void Dispose()
    {
        if (_registration is not null)
            _loop.Remove(_registration);
        _handle?.Dispose();
    }

    private async Task PollAsync(ProcessIdentity process, TimeProvider time)
    {
        while (process.IsAlive())
            await System.Threading.Tasks.Task.Delay(PollOnOldKernels, time);
        _ended.TrySetResult();
    }
}
