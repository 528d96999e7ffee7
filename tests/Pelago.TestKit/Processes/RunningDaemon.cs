// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pelago.TestKit.Processes;

/// <summary>
/// A <c>pelagod run</c> over a home, as a process: it may be killed, and started again over the same home. It is known by what it prints and by its
/// <c>daemon.json</c> alone, so that projects that must not see Pelago's code compile this file as theirs.
/// </summary>
public sealed class RunningDaemon(string program, string home, params string[] options) : IAsyncDisposable
{
    public const int Interrupt = 2; // SIGINT: its pods end too
    public const int KillSignal = 9; // SIGKILL: nothing of it gets to say goodbye, and its pods go on
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    public string Home => home;

    public int Pid => _process!.Id;

    /// <summary>The kubeconfig of all clusters of the home.</summary>
    public string Kubeconfig => Path.Combine(home, "kubeconfig");

    /// <summary>Starts it; returns when its API answers and its nodes are Ready, with how long that took.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time: the message has all that it printed.</exception>
    public async Task<TimeSpan> StartAsync(CancellationToken cancel)
    {
        long began = Stopwatch.GetTimestamp();
        Launch();
        while (!IsReady())
        {
            if (HasEnded || Stopwatch.GetElapsedTime(began) > StartLimit)
                throw new InvalidOperationException($"pelagod was not ready after {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s:\n{string.Join('\n', _log)}");
            await Task.Delay(10, cancel); // a poll with a limit, for that the daemon is ready stands in a file and nobody tells
        }
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Starts it and kills it after so long, ready or not.</summary>
    public async Task StartAndKillAsync(TimeSpan after, CancellationToken cancel)
    {
        Launch();
        await Task.Delay(after, cancel); // the moment of the kill is what is tested
        if (HasEnded)
            throw new InvalidOperationException($"pelagod ended with code {_process!.ExitCode}:\n{string.Join('\n', _log)}");
        await EndAsync(KillSignal);
    }

    /// <summary>Sends it a signal that ends it, and waits until it has.</summary>
    public async Task EndAsync(int signal)
    {
        _ = Kill(Pid, signal);
        await _process!.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        if (!HasEnded)
            await EndAsync(Interrupt);
        _process.Dispose();
        _process = null;
    }

    private bool HasEnded => _process!.HasExited;

    private void Launch()
    {
        // Only the first start chooses a port: the clusters of a home keep theirs.
        string[] port = Directory.Exists(Path.Combine(home, "clusters")) ? [] : ["--port", "0"];
        string[] runtime = options.Contains("--runtime") ? [] : ["--runtime", "process"];
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo(program, ["run", "--home", home, .. port, .. runtime, .. options])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        }) ?? throw new InvalidOperationException($"could not start {program}");
        _process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>True when the daemon with the pid of the process says so: the file of one that was killed is still there.</summary>
    private bool IsReady()
    {
        try
        {
            using JsonDocument record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(home, "daemon.json")));
            return record.RootElement.GetProperty("pid").GetInt32() == Pid && record.RootElement.GetProperty("ready").GetBoolean();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
