// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>A pelagod of one test's own, in a home that goes with it: it may be killed, and started again over the same home.</summary>
public sealed class OwnDaemon : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private readonly string _home = Directory.CreateTempSubdirectory("pelago-own-").FullName;
    private readonly string[] _options;
    private Process? _process;
    private Task<string> _output = Task.FromResult("");
    private Task<string> _errors = Task.FromResult("");

    private OwnDaemon(string[] options) => _options = options;

    public string Kubeconfig => Path.Combine(_home, "clusters", "pelago-1", "kubeconfig");

    /// <param name="options">Of <c>pelagod run</c>: <c>--nodes 3</c>, …</param>
    public static async Task<OwnDaemon> StartAsync(params string[] options)
    {
        var daemon = new OwnDaemon(options);
        try
        {
            await daemon.StartAgainAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the daemon over the home; returns when its API answers and its nodes are Ready.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        long began = Stopwatch.GetTimestamp();
        while (!IsReady())
        {
            if (_process!.HasExited)
                throw new InvalidOperationException($"pelagod ended with code {_process.ExitCode}:\n{await _errors}{await _output}");
            if (Stopwatch.GetElapsedTime(began) > StartLimit)
                throw new TimeoutException($"pelagod was not ready within {StartLimit.TotalMinutes} minutes");
            // A poll with a limit: that the daemon is ready stands in a file.
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Starts the daemon over the home and kills it after so long, ready or not.</summary>
    public async Task StartAndKillAsync(TimeSpan after)
    {
        Launch();
        await Task.Delay(after, TestContext.Current.CancellationToken);
        if (_process!.HasExited)
            throw new InvalidOperationException($"pelagod ended with code {_process.ExitCode}:\n{await _errors}{await _output}");
        await KillAsync();
    }

    /// <summary>SIGKILL: nothing of the daemon gets to say goodbye. Its pods go on.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>SIGINT: its pods end too.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            using (Process kill = Process.Start("kill", ["-INT", $"{_process.Id}"]))
                await kill.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }
        Directory.Delete(_home, recursive: true);
    }

    private void Launch()
    {
        string[] first = File.Exists(Path.Combine(_home, "daemon.json")) ? [] : ["--port", "0"];
        var start = new ProcessStartInfo(Program(), ["run", "--home", _home, .. first, .. _options])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>True when the daemon with the pid of the process says so: the file of one that was killed is still there.</summary>
    private bool IsReady()
    {
        try
        {
            using JsonDocument record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_home, "daemon.json")));
            return record.RootElement.GetProperty("pid").GetInt32() == _process!.Id && record.RootElement.GetProperty("ready").GetBoolean();
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>What <c>./pelago</c> has built, by its own means where it was not asked to yet.</summary>
    private static string Program()
    {
        if (Environment.GetEnvironmentVariable("PELAGO_DAEMON") is { Length: > 0 } given)
            return given;
        string root = TestCluster.RepositoryRoot();
        string program = Path.Combine(root, "artifacts", "publish", "pelagod", "pelagod");
        if (!File.Exists(program))
        {
            using Process build = Process.Start(new ProcessStartInfo(Path.Combine(root, "pelago"), ["--version"]) { UseShellExecute = false })!;
            build.WaitForExit();
        }
        return program;
    }
}
