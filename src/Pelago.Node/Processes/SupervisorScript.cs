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
            _text.Append(new RootScript(directory, Root, tools).Write(WorkingDirectory, spec.ReadOnlyRoot));
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
        Line($"read -r _pelago_s <{Root?.HostRoot}/proc/self/stat");
        if (Root is not null)
            Line($"{Quote(tools.Umount!)} -l {Root.HostRoot} && rmdir {Root.HostRoot} 2>/dev/null");
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

    private IEnumerable<string> CommandLine() =>
        [.. IdentityCommand.Words(spec.Identity, tools), .. ShellText.Env(Environment, tools), .. spec.Command];
}
