// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Scheduling;

/// <summary>A <c>pelagod scheduler</c> as a process, for the pods of one test: they name it by the namespace, and its Lease is there.</summary>
internal sealed class OwnScheduler : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Process _process;

    public OwnScheduler(TestCluster cluster, string ns, string identity)
    {
        string[] arguments = ["scheduler", "--kubeconfig", cluster.Kubeconfig, "--scheduler-name", ns, "--lease-namespace", ns, "--identity", identity];
        _process = Process.Start(new ProcessStartInfo(OwnDaemon.Program(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        _process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Log => string.Join('\n', _log);

    /// <summary>Waits until it has said something.</summary>
    public async Task SaysAsync(string text)
    {
        long start = Stopwatch.GetTimestamp();
        while (!Log.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(!_process.HasExited && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), $"\"{text}\" was not said within a minute:\n{Log}");
            await Task.Delay(50, TestContext.Current.CancellationToken); // a poll with a limit, for what another process prints
        }
    }

    /// <summary>Sends it a signal, <c>TERM</c> or <c>KILL</c>, and returns its exit code.</summary>
    public async Task<int> EndAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(CancellationToken.None);
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await EndAsync("KILL");
        _process.Dispose();
    }
}
