// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;

namespace Pelago.Hub.Fleet;

/// <summary>Asks each cluster now and then how it is. Each has a loop of its own: one that hangs delays no other.</summary>
internal sealed class FleetProbe(FleetRegistry fleet, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    /// <summary>Workloads are counted with each so many'th look, for that asks for more.</summary>
    private const int WorkloadsEvery = 3;

    public async Task RunAsync(CancellationToken cancel)
    {
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var loops = new Dictionary<FleetMember, (CancellationTokenSource Stop, Task Loop)>();
        void Note(object? sender, EventArgs what) => changed.Writer.TryWrite(true);
        fleet.Changed += Note;
        try
        {
            Note(null, EventArgs.Empty);
            await foreach (bool _ in changed.Reader.ReadAllAsync(cancel))
            {
                foreach (FleetMember gone in loops.Keys.Except(fleet.Members).ToList())
                {
                    await loops[gone].Stop.CancelAsync();
                    loops.Remove(gone);
                }
                foreach (FleetMember member in fleet.Members.Where(member => !loops.ContainsKey(member)))
                {
                    var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                    loops[member] = (stop, LookAsync(member, stop.Token));
                }
            }
        }
        finally
        {
            fleet.Changed -= Note;
            await Task.WhenAll(loops.Values.Select(loop => loop.Loop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach ((CancellationTokenSource stop, _) in loops.Values)
                stop.Dispose();
        }
    }

    private async Task LookAsync(FleetMember member, CancellationToken cancel)
    {
        for (int round = 0; ; round++)
        {
            ApiHealth api = await ApiLook.AtAsync(member, time, cancel);
            if (Differs(member.Health.Api, api))
            {
                member.Health.Api = api;
                fleet.SayChanged();
            }
            if (api.State == "reachable" && round % WorkloadsEvery == 0 && await WorkloadLook.AtAsync(member, time, cancel) is { } workloads && workloads != member.Health.Workloads)
            {
                member.Health.Workloads = workloads;
                fleet.SayChanged();
            }
            await Task.Delay(Between, time, cancel);
        }
    }

    /// <summary>How long an answer took is told with the next change: by itself it is none.</summary>
    private static bool Differs(ApiHealth before, ApiHealth after) => before with { Millis = after.Millis } != after;
}
