// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Simulation;

/// <summary>A container that only has a state. Everything but <see cref="Ended"/> is used under the lock of its runtime.</summary>
internal sealed class SimulatedContainer(ContainerStatus status, Fate fate) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ContainerStatus Status { get; private set; } = status;

    public Fate Fate { get; } = fate;

    public string Id => Status.Id;

    public Task Ended => _ended.Task;

    /// <summary>Ends the container when its time is over.</summary>
    public ITimer? Clock { get; set; }

    public void Run(DateTimeOffset now) => Status = Status with { State = ContainerState.Running, StartedAt = now };

    /// <summary>False when it does not run (any more).</summary>
    public bool Exit(int code, DateTimeOffset now)
    {
        if (Status.State != ContainerState.Running)
            return false;
        Status = Status with { State = ContainerState.Exited, ExitCode = code, FinishedAt = now, Reason = code == 0 ? "Completed" : "Error" };
        Clock?.Dispose();
        _ended.TrySetResult();
        return true;
    }

    public bool IsReady(DateTimeOffset now) => Status is { State: ContainerState.Running, StartedAt: { } started } && now - started >= Fate.ReadyAfter;

    public void Dispose()
    {
        Clock?.Dispose();
        _ended.TrySetResult();
    }
}
