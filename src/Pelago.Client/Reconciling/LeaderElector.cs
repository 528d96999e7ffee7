// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// At most one of several processes leads: the holder of a coordination.k8s.io/v1 Lease. Clocks of different machines are never compared:
/// a candidate measures, on its own clock, how long it has not seen the record change (client-go tools/leaderelection).
/// </summary>
public sealed class LeaderElector(IKubeApi api, LeaderElectionOptions options, TimeProvider time)
{
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");
    private string _observed = "";
    private long _observedAt;

    private ResourcePath Path => new(Leases, options.Namespace, options.LeaseName);

    /// <summary>
    /// Waits for the leadership, then runs <paramref name="lead"/>, whose token is cancelled when leadership is lost. Returns when
    /// <paramref name="lead"/> has ended, for either reason; the Lease is given back when it is still ours. Call it again to stand again.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancel)
    {
        while (!await TryAcquireOrRenewAsync(cancel))
            await Task.Delay(options.RetryPeriod, time, cancel);

        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task work = lead(leading.Token);
        try
        {
            await HoldAsync(work, leading.Token);
        }
        finally
        {
            await leading.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync();
        }
        await work;
    }

    private async Task HoldAsync(Task work, CancellationToken cancel)
    {
        long renewed = time.GetTimestamp();
        while (!work.IsCompleted && time.GetElapsedTime(renewed) < options.RenewDeadline)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(work, Task.Delay(options.RetryPeriod, time, pause.Token));
            await pause.CancelAsync();
            if (cancel.IsCancellationRequested)
                return;
            if (!work.IsCompleted && await TryAcquireOrRenewAsync(cancel))
                renewed = time.GetTimestamp();
        }
    }

    /// <summary>True when the Lease is ours now. Any failure is a no: the next try may do better.</summary>
    private async Task<bool> TryAcquireOrRenewAsync(CancellationToken cancel)
    {
        try
        {
            ApiResult read = await api.GetAsync(Path, cancel);
            if (read.Error is { IsNotFound: true })
                return (await api.CreateAsync(Path with { Name = "" }, KubeJson.ToUtf8(NewLease()), WriteQuery.None, cancel)).IsSuccess;
            if (read.Error is not null)
                return false;
            return await TakeAsync(KubeObject.Parse(read.Body), cancel);
        }
        catch (Exception failure) when (failure is ClusterUnreachableException or JsonException)
        {
            return false;
        }
    }

    private async Task<bool> TakeAsync(KubeObject lease, CancellationToken cancel)
    {
        JsonObject spec = lease.Json.ObjectOrNew("spec");
        string holder = spec.String("holderIdentity") ?? "";
        if (_observed != lease.ResourceVersion)
            (_observed, _observedAt) = (lease.ResourceVersion, time.GetTimestamp());
        TimeSpan duration = TimeSpan.FromSeconds(spec.Integer("leaseDurationSeconds") ?? 0);
        bool ours = holder == options.Identity;
        if (!ours && holder.Length > 0 && time.GetElapsedTime(_observedAt) < duration)
            return false;
        if (!ours)
        {
            spec["acquireTime"] = Now();
            spec["leaseTransitions"] = (spec.Integer("leaseTransitions") ?? 0) + 1;
        }
        spec["holderIdentity"] = options.Identity;
        spec["leaseDurationSeconds"] = (long)options.LeaseDuration.TotalSeconds;
        spec["renewTime"] = Now();
        // The resourceVersion that was read goes back with it: of two candidates one gets a conflict.
        return (await api.UpdateAsync(Path, lease.ToUtf8(), WriteQuery.None, cancel)).IsSuccess;
    }

    private async Task ReleaseAsync()
    {
        using var brief = new CancellationTokenSource(options.RetryPeriod, time);
        try
        {
            ApiResult read = await api.GetAsync(Path, brief.Token);
            if (read.Error is not null)
                return;
            KubeObject lease = KubeObject.Parse(read.Body);
            JsonObject spec = lease.Json.ObjectOrNew("spec");
            if (spec.String("holderIdentity") != options.Identity)
                return;
            spec["holderIdentity"] = "";
            spec["leaseDurationSeconds"] = 1;
            spec["renewTime"] = Now();
            await api.UpdateAsync(Path, lease.ToUtf8(), WriteQuery.None, brief.Token);
        }
        catch (Exception failure) when (failure is ClusterUnreachableException or JsonException or OperationCanceledException)
        {
            // Not given back, the Lease runs out by itself.
        }
    }

    private JsonObject NewLease() => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = options.LeaseName, ["namespace"] = options.Namespace },
        ["spec"] = new JsonObject
        {
            ["holderIdentity"] = options.Identity,
            ["leaseDurationSeconds"] = (long)options.LeaseDuration.TotalSeconds,
            ["acquireTime"] = Now(),
            ["renewTime"] = Now(),
            ["leaseTransitions"] = 0,
        },
    };

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
