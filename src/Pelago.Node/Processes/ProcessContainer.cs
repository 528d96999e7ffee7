// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Pelago.Client.Local;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>
/// One container attempt, from Created to Exited. The truth is on disk and in the supervisor; this object follows it, and another daemon's object can
/// follow it from where this one stopped. State changes on the event loop's thread or in StartAsync, under the lock.
/// </summary>
internal sealed partial class ProcessContainer
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);
    private const string Lost = "the supervisor of the container is gone, and with it the exit code";

    private readonly ProcessServices _services;
    private readonly Action<ProcessContainer> _changed;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<string?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SupervisorChannel? _channel;
    private ContainerStreams? _streams;
    private ChildProcess? _supervisor;
    private string? _failure;
    private bool _finishing;
    private ContainerStatus _status;

    public ProcessContainer(ContainerRecord record, ContainerDirectory directory, ProcessServices services, Action<ProcessContainer> changed)
    {
        Record = record;
        Files = directory;
        _services = services;
        _changed = changed;
        Group = services.Groups?.Of(record.PodUid, record.Id);
        _status = new ContainerStatus
        {
            Id = record.Id, SandboxId = record.SandboxId, PodUid = record.PodUid, Name = record.Spec.Name, Attempt = record.Spec.Attempt,
            State = ContainerState.Created, CreatedAt = record.CreatedAt, Image = record.Spec.Image, LogPath = record.Spec.LogPath,
            Labels = record.Spec.Labels,
        };
    }

    public ContainerRecord Record { get; }
    public ContainerDirectory Files { get; }
    public ControlGroup? Group { get; }
    public ProcessIdentity? Main { get; private set; }
    public Task Exited => _exited.Task;
    public ContainerStreams? Streams => _streams;

    public ContainerStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    public async Task StartAsync(ProcessSandbox sandbox, CancellationToken cancel)
    {
        StateFile.Write(Files.Start, new StartRecord(StateFile.BootId, _services.Time.GetUtcNow()), StateJson.Default.StartRecord);
        try
        {
            Launch(sandbox);
        }
        catch (IOException fault)
        {
            await FailAsync(fault.Message);
            throw new RuntimeException("StartError", fault.Message, fault);
        }
        string? failure = await StartedAsync(cancel);
        if (failure is not null)
        {
            if (!await ExitedWithinAsync(KillTimeout, cancel))
                await AbandonAsync(failure, cancel);
            throw new RuntimeException("StartError", failure);
        }
    }

    /// <summary>What did not start in time must not do so later, beside its next attempt.</summary>
    private async Task AbandonAsync(string failure, CancellationToken cancel)
    {
        if (_supervisor is { } supervisor)
            _ = LibC.Kill(supervisor.Pid, LibC.SIGKILL);
        await ProcessKiller.KillAllAsync(Record.Id, Group, _services.Time, cancel);
        await FailAsync(failure);
    }

    /// <summary>Asks with the stop signal, waits, then kills everything.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancel)
    {
        // A supervisor that is under way cannot be called back: its command will run, so it is awaited and then stopped.
        if (Status.State == ContainerState.Created && _channel is not null)
            await StartedAsync(cancel);
        if (Status.State != ContainerState.Running)
            return;
        if (grace > TimeSpan.Zero)
        {
            SignalMain(Record.Spec.StopSignal);
            if (await ExitedWithinAsync(grace, cancel))
                return;
        }
        SignalMain(LibC.SIGKILL);
        if (await ExitedWithinAsync(KillTimeout, cancel))
            return;
        await ProcessKiller.KillAllAsync(Record.Id, Group, _services.Time, cancel);
        if (!await ExitedWithinAsync(KillTimeout, cancel))
            throw new RuntimeException("StopError", $"process {Main?.Pid} of container {Record.Spec.Name} does not end, not even by SIGKILL");
    }

    /// <summary>Finds out what became of a container that an earlier daemon made, and goes on from there.</summary>
    public async Task RecoverAsync(CancellationToken cancel)
    {
        if (StateFile.TryRead(Files.Start, StateJson.Default.StartRecord) is not { } start)
            return;
        if (start.BootId != StateFile.BootId)
        {
            Finish(Files.ReadExitCode() ?? 255, Files.ReadExitCode() is null ? "the machine restarted while the container ran" : null);
            return;
        }
        Main = Files.ReadMain();
        if (File.Exists(Files.Status) && Descriptors.HasReader(Files.Status))
        {
            _streams = ContainerStreams.Open(Record, Files, _services, TakeTerminal());
            if (Main is not null)
                MarkRunning(Files.TimeOf(Files.Pid));
            if (Files.ReadExitCode() is { } code)
                await FinishAsync(code);
            else
                _channel = new SupervisorChannel(_services.Loop, Files.Status, OnLine, OnSupervisorGone);
            // The earlier daemon ended between the fork and the command: whoever took the container for one that never ran would run it twice.
            if (Main is null && _channel is not null)
                await StartedAsync(cancel);
            return;
        }
        // No supervisor. Without a pid file the command never ran: the container is still only created.
        if (Files.ReadExitCode() is { } known)
            Finish(known, null);
        else if (Main is not null)
        {
            if (Main.Value.IsAlive())
                _streams = ContainerStreams.Open(Record, Files, _services, terminal: null);
            _ = FollowOrphanAsync();
        }
    }

    /// <summary>Stops following, leaving the container as it is.</summary>
    public async Task ReleaseAsync()
    {
        _channel?.Dispose();
        if (_streams is not null && Status.State != ContainerState.Exited)
            await _streams.ReleaseAsync();
    }

    private void Launch(ProcessSandbox sandbox)
    {
        ControlGroup? group = sandbox.Record.Spec.OnHost && !Record.Spec.Resources.IsLimited ? null : CreateGroup(sandbox.Record.Spec.CpuShares);
        var launch = new SupervisorLaunch(Record, Files, sandbox, _services);
        launch.Prepare(group);
        SafeFileHandle? terminal = null;
        string? device = null;
        if (Record.Spec.Terminal)
            (terminal, device) = PseudoTerminal.Open();
        _channel = new SupervisorChannel(_services.Loop, Files.Status, OnLine, OnSupervisorGone);
        _streams = ContainerStreams.Open(Record, Files, _services, terminal);
        ChildProcess supervisor = launch.Start(terminal, device);
        _supervisor = supervisor;
        Log.Started(_services.Log, Record.Spec.Name, Record.PodUid, supervisor.Pid);
    }

    private ControlGroup? CreateGroup(long podShares)
    {
        try
        {
            _services.Groups?.LimitPod(Record.PodUid, _services.Options.PodProcessLimit, podShares);
            return _services.Groups?.Create(Record.PodUid, Record.Id, Record.Spec.Resources);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Log.NoControlGroup(_services.Log, Record.Spec.Name, Record.PodUid, fault);
            return null;
        }
    }

    private async Task<string?> StartedAsync(CancellationToken cancel)
    {
        try
        {
            return await _started.Task.WaitAsync(StartTimeout, _services.Time, cancel);
        }
        catch (TimeoutException)
        {
            return $"the container did not start within {StartTimeout.TotalSeconds:0} s";
        }
    }

    private async Task<bool> ExitedWithinAsync(TimeSpan time, CancellationToken cancel)
    {
        try
        {
            await Exited.WaitAsync(time, _services.Time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void SignalMain(int signal)
    {
        if (Main is { } main && main.IsAlive())
            _ = LibC.Kill(main.Pid, signal);
    }

    private void OnLine(string line)
    {
        if (line.StartsWith("started ", StringComparison.Ordinal))
        {
            Main = ProcessIdentity.FromStat(line["started ".Length..]);
            MarkRunning(Files.TimeOf(Files.Pid));
            _started.TrySetResult(null);
        }
        else if (line.StartsWith("failed ", StringComparison.Ordinal))
        {
            _failure = line["failed ".Length..];
            if (Files.ReadExitCode() is { } code)
                _ = FinishAsync(code);
        }
        else if (line.StartsWith("exited ", StringComparison.Ordinal) && int.TryParse(line.AsSpan("exited ".Length), out int code))
        {
            _ = FinishAsync(code);
        }
    }

    private void OnSupervisorGone()
    {
        _supervisor?.ReapSoon();
        lock (_gate)
        {
            if (_finishing)
                return;
        }
        if (Files.ReadExitCode() is { } code)
            _ = FinishAsync(code);
        else
            _ = FollowOrphanAsync();
    }

    /// <summary>The supervisor was killed. Its process may live on (nothing ties them without a pid namespace): it is still the container.</summary>
    private async Task FollowOrphanAsync()
    {
        if (Main is { } main && main.IsAlive())
        {
            MarkRunning(Files.TimeOf(Files.Pid));
            using var ended = new ProcessEnd(_services.Loop, main, _services.Time);
            await ended.Task;
        }
        _failure ??= Lost;
        await FinishAsync(137);
    }

    private void MarkRunning(DateTimeOffset since)
    {
        lock (_gate)
        {
            if (_status.State == ContainerState.Created)
                _status = _status with { State = ContainerState.Running, StartedAt = since };
        }
    }

    private async Task FinishAsync(int code)
    {
        lock (_gate)
        {
            if (_finishing)
                return;
            _finishing = true;
        }
        try
        {
            if (!Record.OwnPidNamespace)
                await ProcessKiller.KillAllAsync(Record.Id, Group, _services.Time, CancellationToken.None);
            if (_streams is not null)
                await _streams.CompleteAsync();
        }
        catch (Exception fault)
        {
            Log.FinishFailed(_services.Log, Record.Spec.Name, Record.PodUid, fault);
        }
        // Before anybody hears of the end: who does may remove these files, and a supervisor that was not told waits for ever.
        SupervisorChannel.Say(Files.StdinControl);
        SupervisorChannel.Say(Files.Control);
        Finish(code, _failure);
        _channel?.Dispose();
        _supervisor?.ReapSoon();
        _changed(this);
    }

    private async Task FailAsync(string message)
    {
        _failure = message;
        File.WriteAllText(Files.Exit, "128\n");
        await FinishAsync(128);
    }

    private void Finish(int code, string? failure)
    {
        DateTimeOffset now = _services.Time.GetUtcNow();
        lock (_gate)
        {
            _status = _status with
            {
                State = ContainerState.Exited,
                ExitCode = code,
                StartedAt = _status.StartedAt ?? (File.Exists(Files.Pid) ? Files.TimeOf(Files.Pid) : now),
                FinishedAt = File.Exists(Files.Exit) ? Files.TimeOf(Files.Exit) : now,
                Reason = ReasonOf(code, failure),
                Message = failure ?? "",
            };
        }
        _started.TrySetResult(failure ?? (Main is null ? "the container ended before its command ran" : null));
        _exited.TrySetResult();
    }

    private string ReasonOf(int code, string? failure)
    {
        if (failure is not null)
            return code == 128 ? "StartError" : "Unknown";
        if (code == 137 && Group?.OutOfMemoryKills() > 0)
            return "OOMKilled";
        return code == 0 ? "Completed" : "Error";
    }

    /// <summary>The controlling side of the terminal lives on in the supervisor, the parent of the main process.</summary>
    private SafeFileHandle? TakeTerminal()
    {
        const int ControllerInSupervisor = 6;
        if (!Record.Spec.Terminal || Main is not { } main)
            return null;
        using SafeFileHandle? supervisor = Descriptors.OpenProcess(ProcessTable.Read().ParentOf(main.Pid));
        return supervisor is null ? null : Descriptors.Take(supervisor, ControllerInSupervisor);
    }

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Debug, "Started container {Container} of pod {PodUid}; its supervisor is process {Supervisor}")]
        public static partial void Started(ILogger log, string container, string podUid, int supervisor);

        [LoggerMessage(4021, LogLevel.Warning, "Container {Container} of pod {PodUid} runs without limits: its control group could not be made")]
        public static partial void NoControlGroup(ILogger log, string container, string podUid, Exception fault);

        [LoggerMessage(4022, LogLevel.Error, "Cleaning up after container {Container} of pod {PodUid} failed; output may be missing from its log")]
        public static partial void FinishFailed(ILogger log, string container, string podUid, Exception fault);
    }
}
