// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd;

/// <summary>
/// What is known of a node's sandboxes and containers, so that a pod's worker can look as often as it likes. What has exited stays so, whichever
/// answer comes last. Thread-safe.
/// </summary>
internal sealed class ContainerLedger
{
    private readonly ConcurrentDictionary<string, PodSandboxStatus> _sandboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ContainerStatus> _containers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<int>> _ends = new(StringComparer.Ordinal);

    public IEnumerable<PodSandboxStatus> Sandboxes => _sandboxes.Values;
    public IEnumerable<ContainerStatus> Containers => _containers.Values;

    public PodSandboxStatus? Sandbox(string id) => _sandboxes.GetValueOrDefault(id);

    public ContainerStatus? Container(string id) => _containers.GetValueOrDefault(id);

    public IEnumerable<ContainerStatus> ContainersOf(string sandboxId) => _containers.Values.Where(container => container.SandboxId == sandboxId);

    /// <summary>Whether that was news.</summary>
    public bool Record(PodSandboxStatus status)
    {
        bool news = !_sandboxes.TryGetValue(status.Id, out PodSandboxStatus? old) || old.State != status.State;
        _sandboxes[status.Id] = status;
        return news;
    }

    /// <summary>Whether that was news.</summary>
    public bool Record(ContainerStatus status)
    {
        ContainerState? before = _containers.TryGetValue(status.Id, out ContainerStatus? old) ? old.State : null;
        ContainerStatus now = _containers.AddOrUpdate(status.Id, status, (_, known) => known.State > status.State ? known : status);
        if (now.State == ContainerState.Exited)
            End(now.Id).TrySetResult(now.ExitCode);
        return before != now.State;
    }

    /// <summary>The exit code, when the container has exited.</summary>
    public Task<int> ExitOf(string id)
    {
        TaskCompletionSource<int> end = End(id);
        if (Container(id) is { State: ContainerState.Exited } exited)
            end.TrySetResult(exited.ExitCode);
        return end.Task;
    }

    public void ForgetContainer(string id)
    {
        _containers.TryRemove(id, out _);
        const int Lost = 255;
        if (_ends.TryRemove(id, out TaskCompletionSource<int>? end))
            end.TrySetResult(Lost);
    }

    public void ForgetSandbox(string id)
    {
        foreach (ContainerStatus container in ContainersOf(id))
            ForgetContainer(container.Id);
        _sandboxes.TryRemove(id, out _);
    }

    private TaskCompletionSource<int> End(string id) =>
        _ends.GetOrAdd(id, static _ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
}
