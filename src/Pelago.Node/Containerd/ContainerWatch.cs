// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Protos.Events;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd;

/// <summary>
/// Keeps the ledger true: containerd's events say at once that a task ended, and a list every few seconds finds what no event told of
/// (kubernetes pkg/kubelet/pleg does the same).
/// </summary>
internal sealed partial class ContainerWatch(
    ContainerdClient client, ContainerLedger ledger, ContainerdOptions options, Action<ContainerEvent> changed, TimeProvider time, ILogger log)
{
    private readonly ContainerLogs _logs = new(client, ledger, options.LogRotation, time, log);
    private static readonly TimeSpan BetweenConnections = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettleStep = TimeSpan.FromMilliseconds(3);

    /// <summary>As long as a kubelet believes in containers that it cannot list (pkg/kubelet/pleg: relistThreshold).</summary>
    private static readonly TimeSpan MostWithoutList = TimeSpan.FromMinutes(3);
    private long _listed = time.GetTimestamp();

    /// <summary>Whether containerd tells what runs.</summary>
    public bool IsWell => time.GetElapsedTime(Volatile.Read(ref _listed)) < MostWithoutList;

    /// <summary>Reads everything once.</summary>
    public async Task ListAsync(CancellationToken cancel)
    {
        // Before containerd is asked: what is recorded meanwhile it may not list yet.
        HashSet<string> expected = [.. ledger.Sandboxes.Select(sandbox => sandbox.Id), .. ledger.Containers.Select(container => container.Id)];
        ListPodSandboxResponse sandboxes = await client.Runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: cancel);
        ListContainersResponse containers = await client.Runtime.ListContainersAsync(new ListContainersRequest(), cancellationToken: cancel);
        foreach (PodSandbox item in sandboxes.Items)
        {
            if (ledger.Sandbox(item.Id)?.State != StateOf(item.State))
                await ReadSandboxAsync(item.Id, cancel);
        }
        foreach (Container item in containers.Containers)
        {
            bool same = ledger.Container(item.Id) is { } known && known.State == ContainerConfigs.StateOf(item.State);
            if (!same && await ReadContainerAsync(item.Id, item.PodSandboxId, cancel) is { } status)
                Tell(status.PodUid, status.Id);
        }
        expected.ExceptWith(sandboxes.Items.Select(item => item.Id));
        expected.ExceptWith(containers.Containers.Select(item => item.Id));
        foreach (string id in expected)
            RecordLost(id);
        Volatile.Write(ref _listed, time.GetTimestamp());
    }

    /// <summary>What containerd does not know any more, as when it could not load it again, runs no more: nobody will tell of its end.</summary>
    private void RecordLost(string id)
    {
        if (ledger.Sandbox(id) is { State: SandboxState.Ready } sandbox && ledger.Record(sandbox with { State = SandboxState.NotReady }))
            Tell(sandbox.Spec.Uid, id);
        if (ledger.Container(id) is not { State: not Runtimes.ContainerState.Exited } container)
            return;
        const int Killed = 137;
        ledger.Record(container with
        {
            State = Runtimes.ContainerState.Exited,
            ExitCode = Killed,
            FinishedAt = time.GetUtcNow(),
            Reason = "ContainerStatusUnknown",
            Message = "The container could not be located when the pod was looked at",
        });
        Tell(container.PodUid, id);
    }

    /// <summary>Until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(FollowEventsAsync(cancel), FollowListsAsync(cancel));

    /// <summary>What CRI says of a sandbox now; null when there is none.</summary>
    public async Task<Runtimes.PodSandboxStatus?> ReadSandboxAsync(string id, CancellationToken cancel)
    {
        try
        {
            PodSandboxStatusResponse answer = await client.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = id }, cancellationToken: cancel);
            Runtimes.PodSandboxStatus status = SandboxConfigs.StatusOf(answer.Status);
            if (ledger.Record(status) && status.State == SandboxState.NotReady)
                Tell(status.Spec.Uid, id);
            return status;
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>What CRI says of a container now; null when there is none.</summary>
    public async Task<Runtimes.ContainerStatus?> ReadContainerAsync(string id, string sandboxId, CancellationToken cancel)
    {
        try
        {
            ContainerStatusResponse answer = await client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = id }, cancellationToken: cancel);
            string uid = ledger.Sandbox(sandboxId)?.Spec.Uid ?? (answer.Status.Labels.TryGetValue("io.kubernetes.pod.uid", out string? label) ? label : "");
            Runtimes.ContainerStatus status = ContainerConfigs.StatusOf(answer.Status, sandboxId, uid);
            ledger.Record(status);
            return ledger.Container(id);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private static SandboxState StateOf(PodSandboxState state) => state == PodSandboxState.SandboxReady ? SandboxState.Ready : SandboxState.NotReady;

    private void Tell(string podUid, string id) => changed(new ContainerEvent(podUid, id));

    private async Task FollowListsAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(options.BetweenLists, time);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            await TryListAsync(cancel);
            await TryRotateAsync(cancel);
        }
    }

    private async Task TryListAsync(CancellationToken cancel)
    {
        try
        {
            await ListAsync(cancel);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            Log.NotListed(log, fault.Status.Detail);
        }
    }

    private async Task TryRotateAsync(CancellationToken cancel)
    {
        try
        {
            await _logs.RotateAsync(cancel);
        }
        catch (IOException fault)
        {
            // A full disk, or a log that went with its container meanwhile.
            Log.NotListed(log, fault.Message);
        }
    }

    private async Task FollowEventsAsync(CancellationToken cancel)
    {
        var request = new SubscribeRequest { Filters = { "topic==\"/tasks/exit\"" } };
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using AsyncServerStreamingCall<Envelope> call = client.Events.Subscribe(request, ContainerdClient.InCriNamespace, cancellationToken: cancel);
                await foreach (Envelope envelope in call.ResponseStream.ReadAllAsync(cancel))
                {
                    TaskExit exit = TaskExit.Parser.ParseFrom(envelope.Event.Value);
                    if (exit.Id == exit.ContainerId)
                        _ = SettleAsync(exit.ContainerId, cancel);
                }
            }
            catch (RpcException) when (!cancel.IsCancellationRequested)
            {
                // containerd is gone for a moment; what happens meanwhile the next list finds.
            }
            await Task.Delay(BetweenConnections, time, cancel);
            await TryListAsync(cancel);
        }
    }

    /// <summary>CRI learns of the end by the same event, and says so when it has written the log to its end: a moment later.</summary>
    private async Task SettleAsync(string id, CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        TimeSpan step = SettleStep;
        try
        {
            while (time.GetElapsedTime(start) < SettlePatience)
            {
                if (await HasSettledAsync(id, cancel))
                    return;
                await Task.Delay(step, time, cancel);
                step = step * 2 < BetweenConnections ? step * 2 : BetweenConnections;
            }
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException)
        {
            // The next list finds it.
        }
    }

    private async Task<bool> HasSettledAsync(string id, CancellationToken cancel)
    {
        if (ledger.Sandbox(id) is not null)
            return await ReadSandboxAsync(id, cancel) is not { State: SandboxState.Ready };
        if (ledger.Container(id) is not { } container)
            return true;
        if (await ReadContainerAsync(id, container.SandboxId, cancel) is not { } status)
        {
            RecordLost(id);
            return true;
        }
        if (status.State != Runtimes.ContainerState.Exited)
            return false;
        Tell(status.PodUid, id);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(4410, LogLevel.Warning, "The containers and their logs could not be looked at: {Why}")]
        public static partial void NotListed(ILogger log, string why);
    }
}
