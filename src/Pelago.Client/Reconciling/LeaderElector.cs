// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// At most one of several processes leads: the holder of a coordination.k8s.io/v1 Lease. Clocks of different machines are never compared:
/// a candidate measures, on its own clock, how long it has not seen the record change (client-go tools/leaderelection).
/// </summary>
public sealed partial class LeaderElector(IKubeApi api, LeaderElectionOptions options, TimeProvider time, ILogger? logger = null)
{
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private string _observed = "";
    private string _lastSaid = "", _lastHolder = "";
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
        Say("");
        Log.Leads(_logger, options.Namespace, options.LeaseName, options.Identity);

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
            long asked = time.GetTimestamp();
            if (!work.IsCompleted && await TryRenewUntilAsync(options.RenewDeadline - time.GetElapsedTime(renewed), cancel))
                renewed = asked;
        }
        if (!work.IsCompleted)
            Log.Lost(_logger, options.Namespace, options.LeaseName, options.Identity);
    }

    /// <summary>An answer that does not come is a no: whoever waits for it beyond the deadline still leads when the next one does.</summary>
    private async Task<bool> TryRenewUntilAsync(TimeSpan left, CancellationToken cancel)
    {
        if (left <= TimeSpan.Zero)
            return false;
        using var late = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            return await TryAcquireOrRenewAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>True when the Lease is ours now. Any failure is a no: the next try may do better.</summary>
    private async Task<bool> TryAcquireOrRenewAsync(CancellationToken cancel)
    {
        try
        {
            ApiResult read = await api.GetAsync(Path, cancel);
            if (read.Error is { IsNotFound: true })
                return IsDone(await api.CreateAsync(Path with { Name = "" }, KubeJson.ToUtf8(NewLease()), WriteQuery.None, cancel));
            return IsDone(read) && await TakeAsync(KubeObject.Parse(read.Body), cancel);
        }
        catch (Exception failure) when (failure is ClusterUnreachableException or JsonException)
        {
            Say(failure.Message);
            return false;
        }
    }

    private bool IsDone(ApiResult answer)
    {
        if (answer.Error is { IsConflict: false, IsAlreadyExists: false } refused)
            Say(refused.Message);
        return answer.IsSuccess;
    }

    /// <summary>Once, while nothing else is wrong.</summary>
    private void Say(string fault)
    {
        if (fault != _lastSaid && fault.Length > 0)
            Log.Refused(_logger, options.Namespace, options.LeaseName, fault);
        _lastSaid = fault;
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
        {
            if (_lastHolder != holder)
                Log.Waits(_logger, options.Namespace, options.LeaseName, holder);
            _lastHolder = holder;
            return false;
        }
        if (!ours)
        {
            spec["acquireTime"] = Now();
            spec["leaseTransitions"] = (spec.Integer("leaseTransitions") ?? 0) + 1;
        }
        spec["holderIdentity"] = options.Identity;
        spec["leaseDurationSeconds"] = (long)options.LeaseDuration.TotalSeconds;
        spec["renewTime"] = Now();
        // The resourceVersion that was read goes back with it: of two candidates one gets a conflict.
        return IsDone(await api.UpdateAsync(Path, lease.ToUtf8(), WriteQuery.None, cancel));
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

    private static partial class Log
    {
        [LoggerMessage(1120, LogLevel.Information, "{Identity} leads by Lease {Namespace}/{Lease}")]
        public static partial void Leads(ILogger logger, string @namespace, string lease, string identity);

        [LoggerMessage(1121, LogLevel.Information, "waiting for Lease {Namespace}/{Lease}, which {Holder} holds")]
        public static partial void Waits(ILogger logger, string @namespace, string lease, string holder);

        [LoggerMessage(1122, LogLevel.Warning, "Lease {Namespace}/{Lease} could not be renewed in time, {Identity} does not lead any more")]
        public static partial void Lost(ILogger logger, string @namespace, string lease, string identity);

        [LoggerMessage(1123, LogLevel.Warning, "Lease {Namespace}/{Lease} cannot be read or written, which is tried again: {Why}")]
        public static partial void Refused(ILogger logger, string @namespace, string lease, string why);
    }

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
