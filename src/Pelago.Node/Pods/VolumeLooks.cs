// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>
/// Looks about once in a period of <see cref="PodServices.Resync"/> whether the volumes of one pod hold more than they may. A look may take a minute: it is
/// beside the steps of the pod, which it wakes.
/// </summary>
/// <param name="lasting">Until the pod begins to end.</param>
internal sealed class VolumeLooks(PodServices services, Action wake, CancellationToken lasting)
{
    private Task _look = Task.CompletedTask;
    private DateTimeOffset _lookedAt;
    private volatile string? _over;

    /// <summary>What the last look found, in words for people; null: nothing. Begins the next one when it is time. Called by the pod's worker only.</summary>
    public async ValueTask<string?> OverAsync(V1Pod pod)
    {
        // Steps are a period apart where nothing happens, and a look ends after the step that began it.
        if (_over is null && _look.IsCompleted && services.Time.GetUtcNow() - _lookedAt > services.Resync / 2)
        {
            Task last = _look;
            _look = LookAsync(pod);
            await last; // what it failed for is told as the pod's other faults are
        }
        return _over;
    }

    private async Task LookAsync(V1Pod pod)
    {
        try
        {
            _over = await services.Volumes.OverLimitAsync(pod, lasting);
        }
        finally
        {
            _lookedAt = services.Time.GetUtcNow();
        }
        if (_over is not null)
            wake();
    }
}
