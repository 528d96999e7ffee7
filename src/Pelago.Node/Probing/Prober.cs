// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Sockets;
using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Probing;

/// <summary>Runs one probe once, within its timeout.</summary>
internal static class Prober
{
    /// <summary>Until a command runs: its own time begins then, as containerd counts it.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    public static async Task<ProbeOutcome> RunAsync(V1Probe probe, ProbeTarget target, TimeProvider time, CancellationToken cancel)
    {
        int seconds = probe.TimeoutSeconds is > 0 and { } given ? Math.Min(given, LongestTimer.Seconds) : 1;
        var limit = TimeSpan.FromSeconds(seconds);
        using var timeout = new CancellationTokenSource(probe.Exec is null ? limit : limit + StartPatience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        ProbeOutcome outcome = await TryAsync(probe, target, seconds, () => timeout.CancelAfter(limit), both.Token);
        cancel.ThrowIfCancellationRequested();
        return outcome;
    }

    /// <summary>Whatever goes wrong is an outcome: nobody looks at a loop of probes that ended, and its container would stay as it was.</summary>
    private static async Task<ProbeOutcome> TryAsync(V1Probe probe, ProbeTarget target, int seconds, Action begun, CancellationToken cancel)
    {
        try
        {
            return await RunAsync(probe, target, seconds, begun, cancel);
        }
        catch (Exception fault)
        {
            return ProbeOutcome.Error(fault.Message);
        }
    }

    private static Task<ProbeOutcome> RunAsync(V1Probe probe, ProbeTarget target, int seconds, Action begun, CancellationToken cancel)
    {
        if (probe.Exec is { } exec)
            return RunCommandAsync(exec, target, seconds, begun, cancel);
        if (probe.HttpGet is { } http)
            return HttpProbe.RunAsync(http, target, cancel);
        if (probe.TcpSocket is { } tcp)
            return ConnectAsync(tcp, target, cancel);
        return probe.Grpc is { } grpc
            ? GrpcProbe.RunAsync(grpc, target, cancel)
            : Task.FromResult(ProbeOutcome.Error("missing probe handler"));
    }

    private static async Task<ProbeOutcome> RunCommandAsync(V1ExecAction exec, ProbeTarget target, int seconds, Action begun, CancellationToken cancel)
    {
        try
        {
            (int code, string output) = await CommandRun.RunAsync(target.Runtime, target.ContainerId, exec.Command, cancel, begun);
            return code == 0 ? ProbeOutcome.Success(output) : ProbeOutcome.Failure(output);
        }
        catch (Exception) when (cancel.IsCancellationRequested) // whatever a call says that was broken off
        {
            return ProbeOutcome.Failure($"command timed out: \"{string.Join(' ', exec.Command)}\" timed out after {seconds}s");
        }
        catch (Exception fault) when (fault is RuntimeException or IOException)
        {
            return ProbeOutcome.Error(fault.Message);
        }
    }

    private static async Task<ProbeOutcome> ConnectAsync(V1TCPSocketAction tcp, ProbeTarget target, CancellationToken cancel)
    {
        if (target.Port(tcp.Port) is not { } port)
            return ProbeOutcome.Error($"invalid port: {tcp.Port.Value}");
        string host = string.IsNullOrEmpty(tcp.Host) ? target.Address : tcp.Host;
        try
        {
            await using Stream stream = await target.ConnectAsync(host, port, cancel);
            return ProbeOutcome.Success();
        }
        catch (OperationCanceledException)
        {
            return ProbeOutcome.Failure($"dial tcp {host}:{port}: i/o timeout");
        }
        catch (Exception fault) when (fault is SocketException or IOException or RuntimeException)
        {
            return ProbeOutcome.Failure(ConnectionFault.Describe(fault, host, port));
        }
    }
}
