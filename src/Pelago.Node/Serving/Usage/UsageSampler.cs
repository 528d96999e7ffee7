// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Usage;

/// <summary>
/// Reads what containers use when somebody asks, and tells rates from the reading before. Nobody asking costs nothing; the first who asks
/// waits a moment for a second reading.
/// </summary>
internal sealed class UsageSampler(PodDirectory pods, IPodRuntime runtime, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private readonly SemaphoreSlim _one = new(1, 1);
    private Dictionary<string, ContainerStats> _before = [];
    private long _sampledAt;
    private UsageReading? _last;

    public async Task<UsageReading> ReadAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (_last is not null && time.GetElapsedTime(_sampledAt) < Fresh)
                return _last;
            if (_last is null || time.GetElapsedTime(_sampledAt) > Longest)
            {
                await SampleAsync(cancel);
                await Task.Delay(Shortest, time, cancel);
            }
            return _last = await SampleAsync(cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<UsageReading> SampleAsync(CancellationToken cancel)
    {
        DateTimeOffset now = time.GetUtcNow();
        var totals = new Dictionary<string, ContainerStats>(StringComparer.Ordinal);
        ILookup<string, ContainerStatus> running = (await runtime.ListContainersAsync(podUid: null, cancel))
            .Where(container => container.State == ContainerState.Running).ToLookup(container => container.PodUid);
        var readings = new List<PodUsage>();
        foreach (V1Pod pod in pods.Pods)
        {
            var containers = new List<ContainerUsage>();
            foreach (ContainerStatus container in running[pod.Metadata.Uid].OrderBy(item => item.Name, StringComparer.Ordinal))
            {
                if (await runtime.ContainerStatsAsync(container.Id, cancel) is { } stats)
                    containers.Add(new ContainerUsage(container, RateOf(container.Id, stats, totals)));
            }
            if (containers.Count > 0)
                readings.Add(new PodUsage(pod, containers));
        }
        var reading = new UsageReading(now, RateOf("", MachineUsage.Read(now), totals), readings);
        (_before, _sampledAt) = (totals, time.GetTimestamp());
        return reading;
    }

    private Usage RateOf(string id, ContainerStats stats, Dictionary<string, ContainerStats> totals)
    {
        totals[id] = stats;
        if (!_before.TryGetValue(id, out ContainerStats? earlier) || stats.Time <= earlier.Time || stats.CpuNanoseconds < earlier.CpuNanoseconds)
            return new Usage(stats, null);
        return new Usage(stats, (ulong)((stats.CpuNanoseconds - earlier.CpuNanoseconds) / (stats.Time - earlier.Time).TotalSeconds));
    }
}
