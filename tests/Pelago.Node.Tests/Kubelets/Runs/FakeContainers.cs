// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;
using Pelago.Node.Kubelets.Runs;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Tests.Kubelets.Runs;

/// <summary>A runtime whose containers begin, end and go as a test says.</summary>
internal sealed class FakeContainers(string logs) : IKubeletContainers
{
    private readonly ConcurrentDictionary<string, (SeenContainer Seen, ContainerStatus Status)> _all = new(StringComparer.Ordinal);

    /// <summary>It does not answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>What goes wrong in it.</summary>
    public Exception? Fault { get; set; }

    /// <summary>The one that it cannot describe.</summary>
    public string Indescribable { get; set; } = "";

    public static string LogOf(string pod, int attempt = 0) => $"shop_{pod}_uid-{pod}/main/{attempt}.log";

    /// <summary>A container <c>main</c> of a pod in the namespace <c>shop</c>.</summary>
    public SeenContainer Run(string pod, int attempt = 0, ContainerState state = ContainerState.Running)
    {
        var seen = new SeenContainer($"id-{pod}-{attempt}", "shop", pod, $"uid-{pod}", "main", attempt, state);
        _all[seen.Id] = (seen, new ContainerStatus
        {
            Id = seen.Id, SandboxId = "", PodUid = seen.PodUid, Name = "main", Attempt = attempt, State = state, CreatedAt = DateTimeOffset.UnixEpoch,
            StartedAt = DateTimeOffset.UnixEpoch.AddSeconds(1), LogPath = $"{logs}/{LogOf(pod, attempt)}",
        });
        return seen;
    }

    public void End(SeenContainer one, int code, string reason = "Error")
    {
        (SeenContainer seen, ContainerStatus status) = _all[one.Id];
        _all[one.Id] = (seen with { State = ContainerState.Exited }, status with
        {
            State = ContainerState.Exited,
            ExitCode = code,
            Reason = reason,
            FinishedAt = DateTimeOffset.UnixEpoch.AddSeconds(2),
        });
    }

    public void Remove(SeenContainer one) => _all.TryRemove(one.Id, out _);

    public Task<IReadOnlyList<SeenContainer>> SeenAsync(CancellationToken cancel) => IsAway
        ? throw new ApiStatusException(ApiStatus.Unavailable("no runtime"))
        : Fault is { } fault ? throw fault : Task.FromResult<IReadOnlyList<SeenContainer>>([.. _all.Values.Select(item => item.Seen)]);

    public Task<ContainerStatus?> FindAsync(string id, CancellationToken cancel) => id == Indescribable
        ? throw new ApiStatusException(ApiStatus.Unavailable("no answer"))
        : Task.FromResult(_all.TryGetValue(id, out (SeenContainer Seen, ContainerStatus Status) found) ? found.Status : null);
}
