// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Capabilities;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>Prepares the files of a container and starts its supervisor.</summary>
internal sealed class SupervisorLaunch(ContainerRecord record, ContainerDirectory directory, ProcessSandbox sandbox, ProcessServices services)
{
    private const uint OwnerOnly = 0x180; // 0600
    private static readonly KeyValuePair<string, string>[] CleanEnvironment =
        [new("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), new("LC_ALL", "C")];

    private ContainerSpec Spec => record.Spec;

    public IReadOnlyList<KeyValuePair<string, string>> Environment()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = sandbox.HasOwnRoot ? HomeInside() : directory.Sandbox,
            ["HOSTNAME"] = sandbox.Record.Spec.Hostname,
        };
        if (Spec.Terminal)
            environment["TERM"] = "xterm";
        foreach ((string name, string value) in Spec.Environment)
            environment[name] = value;
        environment["PELAGO_SANDBOX"] = sandbox.HasOwnRoot ? SupervisorScript.SandboxInside : directory.Sandbox;
        foreach (ContainerMount mount in Spec.Mounts.Where(mount => mount.Volume.Length > 0))
            environment[VolumeVariable(mount.Volume)] = sandbox.HasOwnRoot ? mount.ContainerPath : mount.HostPath;
        environment[MarkedProcesses.Variable] = record.Id;
        return [.. environment];
    }

    public string WorkingDirectory()
    {
        if (sandbox.HasOwnRoot)
            return Spec.WorkingDirectory.Length > 0 ? Spec.WorkingDirectory : SupervisorScript.SandboxInside;
        if (Spec.WorkingDirectory.Length == 0)
            return directory.Sandbox;
        if (Directory.Exists(Spec.WorkingDirectory))
            return Spec.WorkingDirectory;
        string made = InSandbox(Spec.WorkingDirectory);
        if (!LeadsThroughLink(made))
            Directory.CreateDirectory(made);
        return made;
    }

    /// <summary>Everything the supervisor finds on disk; the FIFOs among it.</summary>
    public void Prepare(ControlGroup? group)
    {
        Directory.CreateDirectory(directory.Sandbox);
        if (Spec.Identity.User is { } user)
            _ = LibC.ChangeOwner(directory.Sandbox, (uint)user, (uint)(Spec.Identity.Group ?? user));
        if (!sandbox.HasOwnRoot)
            LinkVolumes();
        IReadOnlyList<KeyValuePair<string, string>> environment = Environment();
        WritePrivate(directory.Environment, ShellText.Exports(environment));
        WritePrivate(directory.Script, new SupervisorScript(directory, Spec, services.Tools)
        {
            ControlGroupFiles = group?.JoinFiles ?? [],
            Root = sandbox.HasOwnRoot ? PlanRoot() : null,
            Environment = environment,
            WorkingDirectory = WorkingDirectory(),
        }.Write());
        string[] stdin = Spec.Stdin ? [directory.Stdin, directory.StdinControl] : [];
        string[] fifos = [directory.Status, directory.Control, directory.Stdout, directory.Stderr, .. stdin];
        foreach (string fifo in fifos)
            Descriptors.MakeFifo(fifo, OwnerOnly);
        foreach (string output in new[] { directory.Stdout, directory.Stderr })
            _ = LibC.ChangeOwner(output, (uint)(Spec.Identity.User ?? LibC.EffectiveUser()), uint.MaxValue);
    }

    /// <summary>Forks. What the child inherits keeps the FIFOs open for as long as it lives.</summary>
    public ChildProcess Start(SafeFileHandle? terminal, string? terminalDevice)
    {
        using SafeFileHandle status = Descriptors.OpenForChild(directory.Status);
        using SafeFileHandle control = Descriptors.OpenForChild(directory.Control);
        var files = new List<(SafeFileHandle, int)> { (status, 3), (control, 4) };
        var opened = new List<SafeFileHandle>();
        if (terminal is not null)
            files.Add((terminal, 6));
        else
            AddStreams(files, opened);
        try
        {
            return ChildProcess.StartUnwatched(
                new SpawnRequest
                {
                    Path = CommandLine()[0], Arguments = CommandLine(), Environment = CleanEnvironment, Files = files, Terminal = terminalDevice,
                    WorkingDirectory = directory.Path,
                });
        }
        finally
        {
            foreach (SafeFileHandle file in opened)
                file.Dispose();
        }
    }

    private static string VolumeVariable(string volume) => "PELAGO_VOLUME_" + volume.ToUpperInvariant().Replace('-', '_').Replace('.', '_');

    private static void WritePrivate(string path, string text)
    {
        File.Delete(path);
        using var file = new StreamWriter(new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));
        file.Write(text);
    }

    private string HomeInside() => Spec.Identity.User is null or 0 ? "/root" : "/";

    private void AddStreams(List<(SafeFileHandle File, int Number)> files, List<SafeFileHandle> opened)
    {
        SafeFileHandle stdout = Descriptors.OpenForChild(directory.Stdout);
        SafeFileHandle stderr = Descriptors.OpenForChild(directory.Stderr);
        opened.AddRange([stdout, stderr]);
        files.AddRange([(stdout, 1), (stderr, 2)]);
        if (!Spec.Stdin)
            return;
        // Who reads and writes a FIFO never sees its end: right for stdin that outlives its clients. With stdinOnce a keeper holds the writing side.
        SafeFileHandle stdin = Descriptors.OpenForChild(directory.Stdin);
        opened.Add(stdin);
        if (!Spec.StdinOnce)
        {
            files.Add((stdin, 0));
            return;
        }
        SafeFileHandle reading = Descriptors.Open(directory.Stdin, LibC.ReadOnly);
        Descriptors.MakeBlocking(reading);
        opened.Add(reading);
        files.Add((reading, 0));
        StartStdinKeeper(stdin);
    }

    private void StartStdinKeeper(SafeFileHandle stdin)
    {
        using SafeFileHandle control = Descriptors.OpenForChild(directory.StdinControl);
        ChildProcess.Start(
            new SpawnRequest
            {
                Path = HostTools.Shell, Arguments = [HostTools.Shell, "-c", "read -r _ <&4", "pelago-stdin"],
                Environment = CleanEnvironment, Files = [(stdin, 3), (control, 4)],
            },
            services.Loop);
    }

    private List<string> CommandLine()
    {
        HostTools tools = services.Tools;
        var words = new List<string>();
        if (sandbox.Pause is { } pause && sandbox.HasOwnRoot)
            words.AddRange([tools.Nsenter!, "--target", pause.Pid.ToString(), "--net", "--ipc", "--uts", "--"]);
        if (sandbox.HasOwnRoot)
        {
            words.AddRange([tools.Unshare!, "--mount", "--propagation", "private"]);
            words.AddRange(sandbox.Record.Spec.HostPid ? ["--"] : ["--pid", "--fork", "--kill-child", "--"]);
        }
        words.AddRange([HostTools.Shell, directory.Script]);
        return words;
    }

    private RootPlan PlanRoot()
    {
        var plan = new RootPlan(directory, Spec, MountTable.Read(), services.Options.MaskedPaths);
        plan.Prepare(directory, sandbox.PrivateFiles);
        return plan;
    }

    /// <summary>Without a root of its own a container finds each volume by the same path below its working directory.</summary>
    private void LinkVolumes()
    {
        foreach (ContainerMount mount in Spec.Mounts.OrderBy(mount => mount.ContainerPath.Length))
        {
            string link = InSandbox(mount.ContainerPath);
            if (!LeadsThroughLink(link) && !System.IO.Path.Exists(link))
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(link)!);
                File.CreateSymbolicLink(link, mount.HostPath);
            }
        }
    }

    /// <summary>A volume mounted inside another one: its link would land in the other volume's files.</summary>
    private bool LeadsThroughLink(string path)
    {
        for (string? at = System.IO.Path.GetDirectoryName(path); at is not null && at.Length > directory.Sandbox.Length; at = System.IO.Path.GetDirectoryName(at))
        {
            if (new FileInfo(at).LinkTarget is not null)
                return true;
        }
        return false;
    }

    private string InSandbox(string path)
    {
        string full = System.IO.Path.GetFullPath(path.TrimStart('/'), directory.Sandbox);
        if (!MountTable.IsWithin(full, directory.Sandbox))
            throw new RuntimeException("StartError", $"the path {path} leads out of the container");
        return full;
    }
}
