// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Pods;

/// <summary>
/// Kills inside a step of a pod that should run. A deletion that gives less time breaks off the one that goes on, so that the pod's last steps, with
/// their own kill, need not wait for it. Thread-safe: deletions come from anywhere.
/// </summary>
internal sealed class StepKills
{
    private readonly Lock _gate = new();
    private TimeSpan _most = TimeSpan.MaxValue;
    private TimeSpan _grace;
    private CancellationTokenSource? _stop;

    /// <summary>The pod is deleted with this grace: no kill inside a step may take longer.</summary>
    public void Limit(TimeSpan grace)
    {
        lock (_gate)
        {
            if (grace < _most)
                _most = grace;
            if (_grace > _most)
                _ = _stop?.CancelAsync();
        }
    }

    public async Task RunAsync(TimeSpan grace, Func<CancellationToken, Task> kill, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        lock (_gate)
        {
            _stop = stop;
            _grace = grace;
            if (_grace > _most)
                _ = stop.CancelAsync();
        }
        try
        {
            await kill(stop.Token);
        }
        finally
        {
            lock (_gate)
                _stop = null;
        }
    }
}
