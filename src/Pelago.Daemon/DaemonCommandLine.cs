// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Invocation;
using System.IO;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Daemon.Inspection;
using Pelago.Daemon.Inspection.Doctor;
using Pelago.Daemon.Running;
using Pelago.Daemon.Serving;
using Pelago.Daemon.State;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Daemon;

/// <summary>The words of <c>pelagod</c>. People use <c>pelago</c>; this is what it starts, and what an operator uses on a state file.</summary>
internal static class DaemonCommandLine
{
    public static readonly Option<string?> Home = new("--home") { Description = "Where the state lives (default: $PELAGO_HOME, else ~/.pelago)", HelpName = "DIR", Recursive = true };

    public static async Task<int> RunAsync(string[] args)
    {
        StopSignals.Prepare();
        var root = new RootCommand("The Pelago daemon: embedded clusters of one home.");
        root.Options.Add(Home);
        Command run = RunCommand.Build(), sweep = SweepCommand.Build();
        root.Subcommands.Add(run);
        root.Subcommands.Add(sweep);
        root.Subcommands.Add(HubCommand.Build());
        root.Subcommands.Add(AgentCommand.Build());
        root.Subcommands.Add(SchedulerCommand.Build());
        root.Subcommands.Add(PackagesCommand.Build());
        root.Subcommands.Add(DoctorCommand.Build());
        root.Subcommands.Add(StoreCommand.Build());
        ParseResult parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine($"pelagod: {error.Message}");
            return DaemonExitCode.Usage;
        }

        try
        {
            // Signals are the run command's own: SIGTERM and SIGINT mean different things to it.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, CancellationToken.None);
        }
        catch (HomeTakenException e)
        {
            return Fail(e.Message, DaemonExitCode.HomeTaken);
        }
        catch (Exception e) when ((parsed.CommandResult.Command == run || parsed.CommandResult.Command == sweep) && HomeFault.Describe(HomeOf(parsed), e) is { } said)
        {
            return Fail(said, DaemonExitCode.Failed);
        }
        catch (Exception e) when (e is DaemonException or KubeconfigException or StoreUnavailableException or StoreFailedException or ApiStatusException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, DaemonExitCode.Failed);
        }
    }

    private static int Fail(string message, int exitCode)
    {
        // One line: whoever started this daemon finds the reason by its first word, and shows it.
        Console.Error.WriteLine($"pelagod: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }

    public static PelagoHome HomeOf(ParseResult parsed) => PelagoHome.Resolve(parsed.GetValue(Home));
}
