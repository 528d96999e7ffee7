// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Client.Local;

namespace Pelago.Node.Processes;

/// <summary>
/// The files of one container attempt, <c>PODS/uid/containers/name/attempt</c>: its sandbox (working directory), the state that lets another daemon
/// take it over, and the FIFOs that connect it with whichever daemon runs.
/// </summary>
internal sealed class ContainerDirectory(string path)
{
    public string Path { get; } = path;

    /// <summary>The container's own files: its working directory and the home of what it leaves behind.</summary>
    public string Sandbox => File("sandbox");
    public string Record => File("container.json");
    public string Start => File("start.json");

    /// <summary>Written by the supervisor: the line of /proc/PID/stat of the main process, as the host counts processes.</summary>
    public string Pid => File("pid");

    /// <summary>Written by the supervisor: the exit code and a newline.</summary>
    public string Exit => File("exit");
    public string Script => File("init.sh");
    public string Environment => File("env.sh");
    public string Stdin => File("stdin");
    public string Stdout => File("stdout");
    public string Stderr => File("stderr");

    /// <summary>What the supervisor tells. It alone holds this FIFO open, so a FIFO without a reader is a supervisor that is gone.</summary>
    public string Status => File("status");

    /// <summary>A line here lets the supervisor end: the exit code and all output have been taken.</summary>
    public string Control => File("control");

    /// <summary>A line here lets the keeper of stdin go, which is the end of input.</summary>
    public string StdinControl => File("stdin.control");
    public string OverlayUpper => File("upper");
    public string OverlayWork => File("work");
    public string Root => File("root");

    /// <summary>What is mounted in a root of its own, as an fstab.</summary>
    public string Mounts => File("mounts");

    /// <summary>File systems of the host that it shows, as an fstab: those that cannot be shown are left out.</summary>
    public string HostMounts => File("mounts.host");

    /// <summary>Null until the supervisor knows.</summary>
    public ProcessIdentity? ReadMain()
    {
        string? text = ReadComplete(Pid);
        return text is null ? null : ProcessIdentity.FromStat(text);
    }

    public int? ReadExitCode() =>
        int.TryParse(ReadComplete(Exit), NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : null;

    public DateTimeOffset TimeOf(string file) => new(System.IO.File.GetLastWriteTimeUtc(file), TimeSpan.Zero);

    private string File(string name) => System.IO.Path.Combine(Path, name);

    // The supervisor writes each of these files with one write that ends in a newline: without it the write was cut short.
    private static string? ReadComplete(string file)
    {
        try
        {
            string text = System.IO.File.ReadAllText(file);
            return text.EndsWith('\n') ? text.TrimEnd('\n') : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
