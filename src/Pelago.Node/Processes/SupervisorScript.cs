// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Node.Capabilities;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>
/// Writes the shell script that is the parent of a container's process. It outlives this daemon and is all that a container needs: it runs the
/// command in the foreground, keeps the exit code, and stays (holding what the command printed, in the FIFOs) until a daemon has taken both.
/// With a pid namespace it is process 1 there: it reaps orphans, and at the end kills what is left.
/// Descriptors: 0-2 the command's, 3 status, 4 control, 5 environment file, 6 the terminal's controlling side when there is one.
/// </summary>
internal sealed class SupervisorScript(ContainerDirectory directory, ContainerSpec spec, HostTools tools)
{
    /// <summary>Where a container with a root of its own finds its sandbox directory.</summary>
    public const string SandboxInside = "/mnt/pelago/sandbox";
    private const string HostRoot = "/.pelago-host";

    private readonly StringBuilder _text = new();

    public required IReadOnlyList<string> ControlGroupFiles { get; init; }

    /// <summary>Null: no root of its own.</summary>
    public RootPlan? Root { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>Where the command starts, as the container sees it.</summary>
    public required string WorkingDirectory { get; init; }

    public string Write()
    {
        Line("umask 022");
        Line("trap : HUP INT QUIT TERM TSTP");
        Line($"_pelago_fail() {{ echo 128 >&8; echo \"failed $*\" >&3; read -r _pelago_s <&4; exit 125; }}");
        Line($"exec 5<{Quote(directory.Environment)} 7>{Quote(directory.Pid)} 8>{Quote(directory.Exit)}");
        if (Root is not null)
        {
            JoinControlGroups();
            WriteRoot(Root);
        }
        WriteCommand();
        // The exit code may be written only when nothing of the container runs any more.
        Line("[ $$ -eq 1 ] && kill -KILL -1 2>/dev/null");
        Line("echo \"$_pelago_c\" >&8");
        Line("echo \"exited $_pelago_c\" >&3");
        Line("read -r _pelago_s <&4");
        Line("exit 0");
        return _text.ToString();
    }

    private static string Quote(string word) => ShellText.Quote(word);

    private void Line(string line) => _text.Append(line).Append('\n');

    private void JoinControlGroups()
    {
        foreach (string file in ControlGroupFiles)
            Line($"echo 0 >{Quote(file)} || :");
    }

    private void WriteCommand()
    {
        string command = spec.Command[0];
        string notFound = $"failed exec: \"{command}\": " + (command.Contains('/', StringComparison.Ordinal)
            ? "no such file or directory, or not executable"
            : "executable file not found in $PATH");
        Line("(");
        // Without a pid namespace the group is what gets killed in the end, and this script must outlive it.
        if (Root is null)
            JoinControlGroups();
        Line($"read -r _pelago_s <{(Root is null ? "" : HostRoot)}/proc/self/stat");
        if (Root is not null)
            Line($"{Quote(tools.Umount!)} -l {HostRoot} && rmdir {HostRoot} 2>/dev/null");
        string noDirectory = Quote($"failed the working directory {WorkingDirectory} cannot be entered");
        Line($"cd {Quote(WorkingDirectory)} || {{ echo {noDirectory} >&3; exit 128; }}");
        Line("unset OLDPWD");
        Line(". /proc/self/fd/5");
        string test = command.Contains('/', StringComparison.Ordinal)
            ? $"[ -f {Quote(command)} ] && [ -x {Quote(command)} ]"
            : $"command -v {Quote(command)} >/dev/null 2>&1";
        Line($"{test} || {{ echo {Quote(notFound)} >&3; exit 128; }}");
        Line("echo \"$_pelago_s\" >&7");
        Line("echo \"started $_pelago_s\" >&3");
        Line("unset _pelago_s");
        Line($"exec {ShellText.Quote(CommandLine())} 3>&- 4>&- 5>&- 6>&- 7>&- 8>&-");
        Line(")");
        Line("_pelago_c=$?");
    }

    private List<string> CommandLine()
    {
        var words = new List<string>();
        string[] odd = [.. Environment.Where(pair => !ShellText.IsVariableName(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}")];
        if (odd.Length > 0 && tools.Env is not null)
            words.AddRange([tools.Env, .. odd]);
        words.AddRange(IdentityCommand.Words(spec.Identity, tools));
        words.AddRange(spec.Command);
        return words;
    }

    private void WriteRoot(RootPlan plan)
    {
        string mount = Quote(tools.Mount!);
        string root = Quote(directory.Root);
        if (plan.OverlayInMemory)
        {
            Line($"{mount} -t tmpfs tmpfs {Quote(directory.OverlayUpper)} && mkdir {Quote(directory.OverlayUpper + "/u")} {Quote(directory.OverlayUpper + "/w")} || _pelago_fail 'no memory for the root directory'");
        }
        (string upper, string work) = plan.OverlayInMemory
            ? (directory.OverlayUpper + "/u", directory.OverlayUpper + "/w")
            : (directory.OverlayUpper, directory.OverlayWork);
        Line($"{mount} -t overlay overlay -o {Quote($"lowerdir=/,upperdir={Escape(upper)},workdir={Escape(work)}")} {root} || _pelago_fail 'the overlay over the host root could not be mounted'");
        Line($"mkdir -p {root}{HostRoot} && cd {root} && {Quote(tools.PivotRoot!)} . .{HostRoot} && cd / || _pelago_fail 'the root directory could not be changed'");
        foreach (string path in plan.HostFileSystems)
            Line($"{mount} --bind {Quote(HostRoot + path)} {Quote(path)} && {mount} -o remount,bind,ro {Quote(path)}");
        Line($"{mount} -t proc proc /proc || {mount} --rbind {HostRoot}/proc /proc || _pelago_fail '/proc could not be mounted'");
        WriteDevices(mount, upper, work);
        Bind(plan.TemporaryDirectory, "/tmp", readOnly: false, "/tmp");
        foreach (string path in plan.MaskedPaths)
            Line($"[ -d {Quote(path)} ] && {mount} -t tmpfs -o mode=755,size=1m tmpfs {Quote(path)}");
        foreach ((string source, string target) in plan.PrivateFiles)
            Line($"rm -f {Quote(target)}; cat {Quote(HostRoot + source)} >{Quote(target)}");
        Bind(directory.Sandbox, SandboxInside, readOnly: false, "the sandbox");
        foreach (ContainerMount item in spec.Mounts.OrderBy(mount => mount.ContainerPath.Count(c => c == '/')))
            Bind(item.HostPath, item.ContainerPath, item.ReadOnly, $"volume {item.Volume} at {item.ContainerPath}");
        Line($"mkdir -p {Quote(WorkingDirectory)}");
        if (spec.ReadOnlyRoot)
            Line($"{mount} -o remount,ro /");
    }

    /// <summary>The host's devices, in a directory that can be written without the host seeing it: /dev/termination-log is made there.</summary>
    private void WriteDevices(string mount, string upper, string work)
    {
        string devices = HostRoot + upper + ".dev";
        string devicesWork = HostRoot + work + ".dev";
        Line($"mkdir -p {Quote(devices)} {Quote(devicesWork)}");
        Line($"{mount} -t overlay overlay -o {Quote($"lowerdir={HostRoot}/dev,upperdir={Escape(devices)},workdir={Escape(devicesWork)}")} /dev 2>/dev/null || {mount} --rbind {HostRoot}/dev /dev");
        Line($"{mount} --rbind {HostRoot}/dev/pts /dev/pts; {mount} -t tmpfs -o mode=1777 tmpfs /dev/shm 2>/dev/null");
        Line($"{mount} --rbind {HostRoot}/sys /sys");
    }

    /// <summary>The target is resolved inside the new root, so no link in it can lead out. A missing mount point is made, as a file for a file.</summary>
    private void Bind(string source, string target, bool readOnly, string what)
    {
        string mount = Quote(tools.Mount!);
        string from = Quote(HostRoot + source);
        string to = Quote(target);
        Line($"if [ -d {from} ]; then mkdir -p {to}; else mkdir -p {Quote(System.IO.Path.GetDirectoryName(target) ?? "/")}; [ -e {to} ] || : >{to}; fi");
        string seal = readOnly ? $" && {mount} -o remount,bind,ro {to}" : "";
        Line($"{mount} --rbind {from} {to}{seal} || _pelago_fail {Quote(what + " could not be mounted")}");
    }

    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}

/// <summary>How a container's own root is put together over the host's.</summary>
internal sealed record RootPlan
{
    /// <summary>The state directory cannot be the upper layer of an overlay (it lies on one itself): keep changes in memory.</summary>
    public bool OverlayInMemory { get; init; }

    /// <summary>Mounted file systems of the host, which an overlay of / does not show: bound read-only.</summary>
    public IReadOnlyList<string> HostFileSystems { get; init; } = [];
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];

    /// <summary>A host directory for /tmp.</summary>
    public required string TemporaryDirectory { get; init; }

    /// <summary>Host files whose text replaces a file inside: /etc/hosts and its like.</summary>
    public IReadOnlyList<(string Source, string Target)> PrivateFiles { get; init; } = [];
}
