// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Win32.SafeHandles;
using Pelago.Client.Local;
using Pelago.Node.Capabilities;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>
/// One pod sandbox: a directory, an address, and, with namespaces, a waiting process that keeps the pod's network, ipc and uts namespaces alive while
/// containers come and go.
/// </summary>
internal sealed class ProcessSandbox(SandboxRecord record, string directory, ProcessServices services)
{
    private const uint OwnerOnly = 0x180; // 0600
    private static readonly TimeSpan PauseStart = TimeSpan.FromSeconds(30);
    private static readonly KeyValuePair<string, string>[] NoEnvironment = [];
    private readonly Lock _gate = new();

    public SandboxRecord Record { get; private set; } = record;
    public string Directory { get; } = directory;

    /// <summary>The waiting process; null without namespaces, with the host's network, and when it is gone.</summary>
    public ProcessIdentity? Pause { get; private set; }

    public bool HasOwnRoot => Record.Namespaces;
    public bool HasOwnNetwork => Record.Namespaces && !Record.Spec.HostNetwork;

    /// <summary>Files of this sandbox and where containers with a root of their own see them.</summary>
    public IReadOnlyList<(string Source, string Target)> PrivateFiles
    {
        get
        {
            var files = new List<(string, string)>();
            if (Record.Spec.ResolvConf.Length > 0)
                files.Add((File("resolv.conf"), "/etc/resolv.conf"));
            if (HasOwnNetwork)
                files.AddRange([(File("hosts"), "/etc/hosts"), (File("hostname"), "/etc/hostname")]);
            return files;
        }
    }

    public SandboxState State => !Record.Stopped && Record.BootId == StateFile.BootId && (!HasOwnNetwork || Pause?.IsAlive() == true)
        ? SandboxState.Ready
        : SandboxState.NotReady;

    public PodSandboxStatus ToStatus() => new()
    {
        Id = Record.Id, Spec = Record.Spec, CreatedAt = Record.CreatedAt, State = State, HasOwnRoot = HasOwnRoot,
        Address = State == SandboxState.Ready ? Record.Address : "", AssignedPorts = Record.AssignedPorts,
    };

    public void Save(SandboxRecord record)
    {
        lock (_gate)
        {
            Record = record;
            StateFile.Write(File("sandbox.json"), record, StateJson.Default.SandboxRecord);
        }
    }

    public static SandboxRecord? Load(string directory) =>
        StateFile.TryRead(System.IO.Path.Combine(directory, "sandbox.json"), StateJson.Default.SandboxRecord);

    public async Task StartAsync(CancellationToken cancel)
    {
        WriteFiles();
        if (HasOwnNetwork)
            await StartPauseAsync(cancel);
    }

    /// <summary>Finds the waiting process that an earlier daemon started.</summary>
    public void Recover()
    {
        if (HasOwnNetwork && Record.BootId == StateFile.BootId && System.IO.File.Exists(File("control")) && Descriptors.HasReader(File("control")))
            Pause = ReadPause();
    }

    /// <summary>Ends the waiting process, and with it the namespaces once no container is in them.</summary>
    public void Stop()
    {
        SupervisorChannel.Say(File("control"));
        if (Pause is { } pause && pause.IsAlive())
            _ = LibC.Kill(pause.Pid, LibC.SIGKILL);
        Pause = null;
        if (!Record.Stopped)
            Save(Record with { Stopped = true });
    }

    private string File(string name) => System.IO.Path.Combine(Directory, name);

    private ProcessIdentity? ReadPause()
    {
        try
        {
            return ProcessIdentity.FromStat(System.IO.File.ReadAllText(File("pause")));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task StartPauseAsync(CancellationToken cancel)
    {
        const string Script = "read -r s </proc/self/stat; echo \"$s\" >\"$1/pause\"; echo \"$2\" >/proc/sys/kernel/hostname; echo ready >&3; read -r _ <&4";
        Descriptors.MakeFifo(File("status"), OwnerOnly);
        Descriptors.MakeFifo(File("control"), OwnerOnly);
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var channel = new SupervisorChannel(services.Loop, File("status"), _ => ready.TrySetResult(true), () => ready.TrySetResult(false));
        using (SafeFileHandle status = Descriptors.OpenForChild(File("status")))
        using (SafeFileHandle control = Descriptors.OpenForChild(File("control")))
        {
            string unshare = services.Tools.Unshare!;
            ChildProcess.Start(
                new SpawnRequest
                {
                    Path = unshare, Environment = NoEnvironment, Files = [(status, 3), (control, 4)],
                    Arguments = [unshare, "--net", "--ipc", "--uts", "--", HostTools.Shell, "-c", Script, "pelago-pause", Directory, Record.Spec.Hostname],
                },
                services.Loop);
        }
        if (!await ready.Task.WaitAsync(PauseStart, services.Time, cancel))
            throw new RuntimeException("SandboxError", "the namespaces of the pod could not be made: unshare ended at once (pelago doctor says what this machine lacks)");
        Pause = ReadPause() ?? throw new RuntimeException("SandboxError", $"the waiting process of the pod left no {File("pause")}");
    }

    private void WriteFiles()
    {
        PodSandboxSpec spec = Record.Spec;
        System.IO.File.WriteAllText(File("resolv.conf"), spec.ResolvConf);
        System.IO.File.WriteAllText(File("hostname"), spec.Hostname + "\n");
        System.IO.File.WriteAllText(File("hosts"), HostsFile.Text(spec, Record.Address));
    }
}
