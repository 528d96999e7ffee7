// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>The built <c>pelagod</c> on a home, run as a process.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int KillSignal = 9;
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "pelagod");
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Process _process;

    private DaemonProcess(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <summary>Runs to its end what is not meant to go on.</summary>
    public static Task<ProgramResult> RunAsync(string home, params string[] arguments) => ProgramRun.RunAsync(
        Program, [.. arguments, "--home", home], null, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    /// <summary>Returns when the clusters are ready.</summary>
    public static async Task<DaemonProcess> StartAsync(PelagoHome home)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Process process = Process.Start(new ProcessStartInfo(Program, ["run", "--home", home.Root, "--port", "0"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var daemon = new DaemonProcess(process);
        process.OutputDataReceived += (_, line) => daemon._log.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => daemon._log.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var clock = Stopwatch.StartNew();
        while (home.ReadDaemon()?.Ready != true)
        {
            if (process.HasExited || clock.Elapsed > StartLimit)
            {
                await daemon.DisposeAsync();
                Assert.Fail($"pelagod was not ready after {clock.Elapsed.TotalSeconds:F0} s:\n{string.Join('\n', daemon._log)}");
            }

            // A poll with a limit: that the daemon is ready stands in a file.
            await Task.Delay(20, cancel);
        }

        return daemon;
    }

    public async Task EndAsync(int signal)
    {
        _ = Kill(_process.Id, signal);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await EndAsync(Interrupt);
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
