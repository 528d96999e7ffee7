// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
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
        IReadOnlyList<string> identity = IdentityCommand.Words(container.Record.Spec.Identity, services.Tools);
        string directory = launch.WorkingDirectory();
        if (sandbox.HasOwnRoot)
        {
            // nsenter would say it in its own words.
            _ = Find(spec.Command[0], environment, directory, $"/proc/{main.Pid.ToString(CultureInfo.InvariantCulture)}/root");
            List<string> words = [.. Enter(directory), .. identity, .. spec.Command];
            return new SpawnRequest { Path = words[0], Arguments = words, Environment = environment };
        }
        string program = Find(spec.Command[0], environment, directory);
        List<string> command = [.. identity, identity.Count > 0 ? program : spec.Command[0], .. spec.Command.Skip(1)];
        return new SpawnRequest
        {
            Path = identity.Count > 0 ? identity[0] : program, Arguments = command, Environment = environment, WorkingDirectory = directory,
        };
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
