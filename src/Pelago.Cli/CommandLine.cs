// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Help;
using System.IO;
using Pelago.Cli.Bench;
using Pelago.Cli.Chameleon;
using Pelago.Cli.Completion;
using Pelago.Cli.Dcsh;
using Pelago.Cli.Demo;
using Pelago.Cli.Fleet;
using Pelago.Cli.History;
using Pelago.Cli.Images;
using Pelago.Cli.Install;
using Pelago.Cli.Local;
using Pelago.Cli.Operate;
using Pelago.Cli.Operate.Files;
using Pelago.Cli.Packages;
using Pelago.Cli.Ports;
using Pelago.Cli.Watch;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli;

/// <summary>The tree of commands, and what a failure of any of them looks like.</summary>
internal static class CommandLine
{
    public static RootCommand Build()
    {
        var root = new RootCommand("Pelago makes many clusters work like one computer.");
        root.Options.Remove(root.Options.OfType<VersionOption>().First());
        root.Options.Add(VersionCommand.Option());
        root.Options.Add(CommandOptions.Home);
        ExamplesHelp.Install(root);
        root.Subcommands.Add(UpCommand.Build());
        root.Subcommands.Add(DownCommand.Build());
        root.Subcommands.Add(DemoCommand.Build());
        root.Subcommands.Add(KubeconfigCommand.Build());
        root.Subcommands.Add(DashboardCommand.Build());
        root.Subcommands.Add(ClusterCommand.Build());
        root.Subcommands.Add(ImageCommand.Build());
        root.Subcommands.Add(PackageCommand.Build());
        root.Subcommands.Add(InstallCommand.Build());
        root.Subcommands.Add(UninstallCommand.Build());
        root.Subcommands.Add(PsCommand.Build());
        root.Subcommands.Add(TopCommand.Build());
        root.Subcommands.Add(EventsCommand.Build());
        root.Subcommands.Add(ResolveCommand.Build());
        root.Subcommands.Add(StateCommand.Build());
        root.Subcommands.Add(WaitCommand.Build());
        root.Subcommands.Add(KillCommand.Build());
        root.Subcommands.Add(ConfigCommand.Build());
        foreach (Command verb in FileVerbs.Build())
            root.Subcommands.Add(verb);
        root.Subcommands.Add(PortsCommand.Build());
        root.Subcommands.Add(WatchCommand.Build());
        root.Subcommands.Add(DcshCommand.Build());
        root.Subcommands.Add(DoctorCommand.Build());
        root.Subcommands.Add(BenchCommand.Build());
        root.Subcommands.Add(HistoryCommand.Build());
        root.Subcommands.Add(CompletionCommand.Build());
        root.Subcommands.Add(VersionCommand.Build());
        root.Subcommands.Add(HelloCommand.Build());
        root.Subcommands.Add(ChameleonCommand.Build());
        root.Subcommands.Add(CompleteCommand.Build(Build));
        return root;
    }

    /// <summary>The one command of a program that is called <c>dcsh</c>, as an interpreter is.</summary>
    public static Command BuildDcsh()
    {
        Command dcsh = DcshCommand.Build();
        dcsh.Options.Add(VersionCommand.Option());
        dcsh.Options.Add(CommandOptions.Home);
        dcsh.Options.Add(new HelpOption { Recursive = true });
        ExamplesHelp.Install(dcsh);
        return dcsh;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        Command root = ProgramName() == DcshCommand.Name ? BuildDcsh() : Build();
        if (root is RootCommand && args is ["help", ..])
            args = [.. args[1..], "--help"];
        ParseResult parsed = root.Parse(OperandLine.Prepare(args, root));
        try
        {
            // A command of Pelago's own is never taken from a program on PATH.
            if (root is RootCommand && args.Length > 0 && root.Subcommands.All(command => command.Name != args[0]) && Plugins.Find(args[0]) is { } plugin)
                Plugins.Become(plugin, Plugins.Arguments(plugin, args));
            if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
                return UsageErrors.Print(parsed);
            // Signals to dcsh are for what it runs.
            bool endsBySignal = parsed.CommandResult.Command.Name != DcshCommand.Name;
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = endsBySignal ? TimeSpan.FromSeconds(90) : null };
            return await parsed.InvokeAsync(configuration, CancellationToken.None);
        }
        catch (CliException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (Exception e) when (e is ApiStatusException or KubeconfigException)
        {
            return Fail(e.Message, ExitCode.Failed);
        }
        catch (ClusterUnreachableException e)
        {
            return Fail(e.Message, ExitCode.Unreachable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, ExitCode.Failed);
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>By which name it was called; where it is no native code the runtime says the name of a library.</summary>
    private static string ProgramName()
    {
        string first = Environment.GetCommandLineArgs()[0];
        const string Own = "/proc/self/cmdline";
        if (Path.GetExtension(first) == ".dll" && File.Exists(Own))
            first = File.ReadAllText(Own).Split('\0')[0];
        return Path.GetFileName(first);
    }

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"pelago: {message}");
        return exitCode;
    }
}
