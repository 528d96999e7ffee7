// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Serialization;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Pelago.Client.Local;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Native;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd.Supervision;

/// <summary>
/// The containerd of one node: started when none runs, taken over when an earlier pelagod left one, started again when it ends. Containers live under
/// shims of their own and outlive both.
/// </summary>
internal sealed partial class ContainerdDaemon(
    ContainerdOptions options, ContainerdTools tools, ContainerdClient client, EventLoop loop, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const long MostLog = 16 * 1024 * 1024;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenStarts = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;
    private ProcessIdentity? _process;

    /// <summary>What answers, as <c>1.6.20</c>.</summary>
    public string Version { get; private set; } = "";

    public async Task StartAsync(CancellationToken cancel)
    {
        _process = Known();
        if (_process is null)
            await LaunchAsync(cancel);
        else
            Log.TakenOver(log, _process.Value.Pid, options.Socket);
        await WaitUntilReadyAsync(cancel);
        _watching = WatchAsync(_stop.Token);
    }

    /// <summary>Ends it; for when nothing runs in it any more.</summary>
    public async Task EndAsync()
    {
        await LetGoAsync();
        if (_process is not { } process || !process.IsAlive())
            return;
        using var end = new ProcessEnd(loop, process, time);
        _ = LibC.Kill(process.Pid, 15);
        try
        {
            await end.Task.WaitAsync(EndPatience, time);
        }
        catch (TimeoutException)
        {
            _ = LibC.Kill(process.Pid, LibC.SIGKILL);
            await end.Task;
        }
        File.Delete(options.ProcessFile);
        if (!File.ReadLines("/proc/self/mounts").Any(line => line.Contains(options.RunDirectory, StringComparison.Ordinal)))
            Directory.Delete(options.RunDirectory, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        await LetGoAsync();
        _stop.Dispose();
    }

    private async Task LetGoAsync()
    {
        if (!_stop.IsCancellationRequested)
            await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whether it has this file open.</summary>
    public bool HasOpen(string file)
    {
        if (_process is not { } process)
            return false;
        try
        {
            return new DirectoryInfo($"/proc/{process.Pid}/fd").EnumerateFileSystemInfos().Any(descriptor => descriptor.LinkTarget == file);
        }
        catch (IOException)
        {
            return false; // it has ended
        }
    }

    private ProcessIdentity? Known() =>
        StateFile.TryRead(options.ProcessFile, ContainerdJson.Default.ContainerdRecord) is { } record
        && record.BootId == StateFile.BootId && new ProcessIdentity(record.Pid, record.StartTime) is var process && process.IsAlive()
            ? process
            : null;

    private async Task LaunchAsync(CancellationToken cancel)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(options.Directory, Private);
        Directory.CreateDirectory(options.NetworkDirectory);
        Directory.CreateDirectory(Path.GetDirectoryName(options.RunDirectory)!);
        Directory.CreateDirectory(options.RunDirectory, Private);
        var config = new ContainerdConfig(options, tools);
        await File.WriteAllTextAsync(options.ConfigFile, config.Daemon, cancel);
        await File.WriteAllTextAsync(Path.Combine(options.NetworkDirectory, "10-pelago.conflist"), config.Network, cancel);
        if (File.Exists(options.LogFile) && new FileInfo(options.LogFile).Length > MostLog)
            File.Move(options.LogFile, options.LogFile + ".old", overwrite: true);
        using SafeFileHandle output = File.OpenHandle(options.LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        ChildProcess child = ChildProcess.Start(
            new SpawnRequest
            {
                Path = tools.Containerd!, Arguments = [tools.Containerd!, "--config", options.ConfigFile, "--log-level", "warn"],
                Environment = ContainerdConfig.Environment(Environment.GetEnvironmentVariable), WorkingDirectory = "/", Files = [(output, 1), (output, 2)],
            },
            loop);
        _process = ProcessIdentity.Of(child.Pid)
            ?? throw new RuntimeException("RuntimeError", $"containerd ended at once; {options.LogFile} says why");
        var record = new ContainerdRecord(child.Pid, _process.Value.StartTime, StateFile.BootId);
        StateFile.Write(options.ProcessFile, record, ContainerdJson.Default.ContainerdRecord);
        Log.Started(log, child.Pid, options.Socket);
    }

    /// <summary>Nothing signals that a socket is served: it is asked until it answers.</summary>
    private async Task WaitUntilReadyAsync(CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            string why;
            try
            {
                VersionResponse version = await client.Runtime.VersionAsync(new VersionRequest { Version = "v1" }, deadline: Deadline(), cancellationToken: cancel);
                StatusResponse status = await client.Runtime.StatusAsync(new StatusRequest(), deadline: Deadline(), cancellationToken: cancel);
                RuntimeCondition? wrong = status.Status.Conditions.FirstOrDefault(condition => !condition.Status);
                Version = version.RuntimeVersion.Split('~', '+')[0].TrimStart('v');
                if (wrong is null)
                    return;
                why = $"{wrong.Type}: {wrong.Message}";
            }
            catch (RpcException fault) when (!cancel.IsCancellationRequested)
            {
                why = fault.Status.Detail;
            }
            if (_process?.IsAlive() != true)
                throw new RuntimeException("RuntimeError", $"containerd ended while it started; {options.LogFile} says why");
            if (time.GetElapsedTime(start) > StartPatience)
                throw new RuntimeException("RuntimeError", $"containerd does not answer at {options.Socket} ({why}); {options.LogFile} may say why");
            await Task.Delay(Between, time, cancel);
        }
    }

    private DateTime Deadline() => time.GetUtcNow().UtcDateTime.AddSeconds(5);

    private async Task WatchAsync(CancellationToken cancel)
    {
        while (true)
        {
            using (var end = new ProcessEnd(loop, _process!.Value, time))
                await end.Task.WaitAsync(cancel);
            Log.Ended(log, _process.Value.Pid, options.LogFile);
            try
            {
                await LaunchAsync(cancel);
                await WaitUntilReadyAsync(cancel);
            }
            catch (Exception fault) when (fault is IOException or RuntimeException)
            {
                Log.NotStarted(log, fault);
            }
            await Task.Delay(BetweenStarts, time, cancel);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4400, LogLevel.Information, "containerd runs as process {Pid} and serves {Socket}")]
        public static partial void Started(ILogger log, int pid, string socket);

        [LoggerMessage(4401, LogLevel.Information, "containerd, process {Pid}, still serves {Socket} and is taken over")]
        public static partial void TakenOver(ILogger log, int pid, string socket);

        [LoggerMessage(4402, LogLevel.Warning, "containerd, process {Pid}, ended; containers go on and another one is started. {File} may say why")]
        public static partial void Ended(ILogger log, int pid, string file);

        [LoggerMessage(4403, LogLevel.Error, "containerd could not be started again; it is tried once more in a moment")]
        public static partial void NotStarted(ILogger log, Exception fault);
    }
}

/// <summary>Which process a node's containerd is.</summary>
internal sealed record ContainerdRecord(int Pid, ulong StartTime, string BootId);

[JsonSerializable(typeof(ContainerdRecord))]
[JsonSerializable(typeof(PodSandboxSpec))]
internal sealed partial class ContainerdJson : JsonSerializerContext;
