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
        long asked = time.GetTimestamp();
        while (await TryUntilAsync(options.RenewDeadline, leads: false, cancel) != Standing.Ours)
        {
            await Task.Delay(options.RetryPeriod, time, cancel);
            asked = time.GetTimestamp();
        }
        _lastHolder = "";
        Log.Leads(_logger, options.Namespace, options.LeaseName, options.Identity);

        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task work = lead(leading.Token);
        try
        {
            await HoldAsync(work, asked, leading.Token);
        }
        finally
        {
            await leading.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync();
        }
        await work;
    }

    /// <param name="asked">When the attempt began that made the Lease ours: others may count from then on, whenever its answer came.</param>
    private async Task HoldAsync(Task work, long asked, CancellationToken cancel)
    {
        long renewed = asked;
        while (!work.IsCompleted && Left(renewed) > TimeSpan.Zero)
        {
            await PauseAsync(work, asked, renewed, cancel);
            if (work.IsCompleted || cancel.IsCancellationRequested)
                return;
            asked = time.GetTimestamp();
            Standing standing = await TryUntilAsync(Left(renewed), leads: true, cancel);
            if (standing == Standing.Others)
            {
                Log.Taken(_logger, options.Namespace, options.LeaseName, options.Identity);
                return;
            }
            if (standing == Standing.Ours)
                renewed = asked;
        }
        if (!work.IsCompleted)
            Log.Lost(_logger, options.Namespace, options.LeaseName, options.Identity);
    }

    private TimeSpan Left(long renewed) => options.RenewDeadline - time.GetElapsedTime(renewed);

    /// <summary>Until the next attempt is due, counted from the beginning of the last one, but never beyond the deadline.</summary>
    private async Task PauseAsync(Task work, long asked, long renewed, CancellationToken cancel)
    {
        TimeSpan due = options.RetryPeriod - time.GetElapsedTime(asked);
        TimeSpan left = Left(renewed);
        TimeSpan pause = due < left ? due : left;
        if (pause <= TimeSpan.Zero)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(work, Task.Delay(pause, time, either.Token));
        await either.CancelAsync();
    }

    /// <summary>An answer that does not come in time is none: whoever waits for it any longer still leads when the next one does.</summary>
    private async Task<Standing> TryUntilAsync(TimeSpan left, bool leads, CancellationToken cancel)
    {
        if (left <= TimeSpan.Zero)
            return Standing.Unknown;
        using var late = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            Standing standing = await TryAcquireOrRenewAsync(leads, either.Token);
            return late.IsCancellationRequested ? Standing.Unknown : standing;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Say("no answer came in time");
            return Standing.Unknown;
        }
    }

    /// <summary>A failure says nothing of the Lease: the next try may do better.</summary>
    private async Task<Standing> TryAcquireOrRenewAsync(bool leads, CancellationToken cancel)
    {
        try
        {
            ApiResult read = await api.GetAsync(Path, cancel);
            if (read.Error is { IsNotFound: true })
                return Written(await api.CreateAsync(Path with { Name = "" }, KubeJson.ToUtf8(NewLease()), WriteQuery.None, cancel));
            if (read.Error is { } refused)
            {
                Say(refused.Message);
                return Standing.Unknown;
            }
            return await TakeAsync(KubeObject.Parse(read.Body), leads, cancel);
        }
        catch (Exception failure) when (failure is ClusterUnreachableException or JsonException)
        {
            Say(failure.Message);
            return Standing.Unknown;
        }
    }

    private Standing Written(ApiResult answer)
    {
        if (answer.IsSuccess)
            Say("");
        else if (answer.Error is { IsConflict: false, IsAlreadyExists: false } refused)
            Say(refused.Message);
        return answer.IsSuccess ? Standing.Ours : Standing.Unknown;
    }

    /// <summary>Once, while nothing else is wrong.</summary>
    private void Say(string fault)
    {
        if (fault != _lastSaid && fault.Length > 0)
            Log.Refused(_logger, options.Namespace, options.LeaseName, fault);
        _lastSaid = fault;
    }

    private async Task<Standing> TakeAsync(KubeObject lease, bool leads, CancellationToken cancel)
    {
        JsonObject spec = lease.Json.ObjectOrNew("spec");
        string holder = spec.String("holderIdentity") ?? "";
        if (_observed != lease.ResourceVersion)
            (_observed, _observedAt) = (lease.ResourceVersion, time.GetTimestamp());
        TimeSpan duration = TimeSpan.FromSeconds(spec.Integer("leaseDurationSeconds") ?? 0);
        bool ours = holder == options.Identity;
        // Whoever led and finds the Lease given to another, or given back, cannot know for how long it has been.
        if (!ours && leads)
            return Standing.Others;
        if (!ours && holder.Length > 0 && time.GetElapsedTime(_observedAt) < duration)
        {
            if (_lastHolder != holder)
                Log.Waits(_logger, options.Namespace, options.LeaseName, holder);
            _lastHolder = holder;
            return Standing.Others;
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
        return Written(await api.UpdateAsync(Path, lease.ToUtf8(), WriteQuery.None, cancel));
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

    private enum Standing
    {
        /// <summary>No answer, or a refusal.</summary>
        Unknown,
        Ours,
        Others,
    }

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

        [LoggerMessage(1124, LogLevel.Warning, "Lease {Namespace}/{Lease} is no longer that of {Identity}, which does not lead any more")]
        public static partial void Taken(ILogger logger, string @namespace, string lease, string identity);
    }
}
