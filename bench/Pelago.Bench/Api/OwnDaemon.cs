// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Client.Local;

namespace Pelago.Bench.Api;

/// <summary>A pelagod of this bench's own, in a home that goes with it: one cluster, one node, durable.</summary>
internal sealed class OwnDaemon : IAsyncDisposable
{
    private readonly Process _process;
    private readonly PelagoHome _home;

    private OwnDaemon(Process process, PelagoHome home)
    {
        _process = process;
        _home = home;
    }

    public string Kubeconfig => _home.Kubeconfig;

    public int Pid => _process.Id;

    /// <summary>From the start of the process until its API answers and its node is Ready.</summary>
    public required TimeSpan StartTook { get; init; }

    public static async Task<OwnDaemon> StartAsync(PelagoHome home, CancellationToken cancel)
    {
        string program = Environment.GetEnvironmentVariable("PELAGO_DAEMON") is { Length: > 0 } named
            ? named
            : throw new InvalidOperationException("PELAGO_DAEMON does not name pelagod; run it as ./pelago bench api");
        var start = new ProcessStartInfo(program, ["run", "--home", home.Root, "--port", "0", "--clusters", "1"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        long started = Stopwatch.GetTimestamp();
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"could not start {program}");
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (home.ReadDaemon() is not { Ready: true })
        {
            if (process.HasExited)
                throw new InvalidOperationException($"pelagod ended with code {process.ExitCode}: {await errors}{await output}");
            await Task.Delay(10, cancel);
        }

        return new OwnDaemon(process, home) { StartTook = Stopwatch.GetElapsedTime(started) };
    }

    /// <summary>SIGINT: its pods end too.</summary>
    public async ValueTask DisposeAsync()
    {
        using (Process? kill = Process.Start("kill", ["-INT", $"{_process.Id}"]))
            await kill!.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
