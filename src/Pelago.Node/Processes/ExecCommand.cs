// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Client.Local;
using Pelago.Node.Capabilities;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>Builds the command line of an exec: straight where namespaces are shared, through nsenter where not.</summary>
internal sealed class ExecCommand(ProcessContainer container, ProcessSandbox sandbox, ProcessIdentity main, ProcessServices services)
{
    /// <summary>A <see cref="FileNotFoundException"/> when the program does not exist.</summary>
    public SpawnRequest Build(ExecSpec spec)
    {
        var launch = new SupervisorLaunch(container.Record, container.Files, sandbox, services);
        IReadOnlyList<KeyValuePair<string, string>> environment = launch.Environment();
        if (spec.Terminal && !environment.Any(pair => pair.Key == "TERM"))
            environment = [.. environment, new("TERM", "xterm")];
        string directory = launch.WorkingDirectory(), program = spec.Command[0];
        // nsenter would say in its own words what does not exist.
        string found = Find(program, environment, directory, sandbox.HasOwnRoot ? $"/proc/{main.Pid.ToString(CultureInfo.InvariantCulture)}/root" : "");
        List<string> before = [.. Join(), .. sandbox.HasOwnRoot ? Enter(directory) : [], .. IdentityCommand.Words(container.Record.Spec.Identity, services.Tools)];
        string? start = sandbox.HasOwnRoot ? null : directory;
        if (before.Count == 0)
            return new SpawnRequest { Path = found, Arguments = [.. spec.Command], Environment = environment, WorkingDirectory = start };
        return new SpawnRequest
        {
            Path = before[0], WorkingDirectory = start,
            Arguments = [.. before, .. ShellText.Env(environment, services.Tools), sandbox.HasOwnRoot ? program : found, .. spec.Command.Skip(1)],
            Environment = [.. environment.Where(pair => ShellText.IsForShells(pair.Key))],
        };
    }

    /// <summary>
    /// The words that make the process one of the container's groups before it is the command. Where it cannot join it runs without limits, as the
    /// container does: the group has gone, or could not be made. None where there are no groups.
    /// </summary>
    private List<string> Join()
    {
        if (container.Group?.JoinFiles is not { Count: > 0 } files)
            return [];
        string joins = string.Concat(files.Select(file => $"{{ echo 0 >{ShellText.Quote(file)}; }} 2>/dev/null; "));
        return [HostTools.Shell, "-c", $"{joins}unset {string.Join(' ', ShellText.SetByShells)}; exec \"$@\"", "pelago-exec"];
    }

    private List<string> Enter(string directory)
    {
        string pid = main.Pid.ToString(CultureInfo.InvariantCulture);
        var words = new List<string> { services.Tools.Nsenter!, "--target", pid, "--mount", "--uts", "--ipc", $"--wd=/proc/{pid}/root{directory}" };
        if (sandbox.HasOwnNetwork)
            words.Add("--net");
        if (container.Record.OwnPidNamespace)
            words.Add("--pid");
        words.Add("--");
        return words;
    }

    /// <summary>Below <paramref name="root"/>, with the container's PATH.</summary>
    private static string Find(string command, IReadOnlyList<KeyValuePair<string, string>> environment, string directory, string root = "") =>
        ProgramPath.Find(command, environment.LastOrDefault(pair => pair.Key == "PATH").Value ?? "", directory, root)
        ?? throw new FileNotFoundException(command.Contains('/', StringComparison.Ordinal)
            ? $"exec: \"{command}\": stat {command}: no such file or directory"
            : $"exec: \"{command}\": executable file not found in $PATH");
}
