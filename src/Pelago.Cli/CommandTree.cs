// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Help;
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
using Pelago.Cli.Operate.Tail;
using Pelago.Cli.Packages;
using Pelago.Cli.Ports;
using Pelago.Cli.Watch;

namespace Pelago.Cli;

/// <summary>
/// The commands there are. All of them are built only for a line that does not begin with one: building forty took longer than all else that a short
/// command does.
/// </summary>
internal static class CommandTree
{
    /// <summary>In the order of the help.</summary>
    private static readonly (string Name, Func<Command> Build)[] Commands =
    [
        ("up", UpCommand.Build),
        ("down", DownCommand.Build),
        ("demo", DemoCommand.Build),
        ("kubeconfig", KubeconfigCommand.Build),
        ("dashboard", DashboardCommand.Build),
        ("cluster", ClusterCommand.Build),
        ("image", ImageCommand.Build),
        ("package", PackageCommand.Build),
        ("install", InstallCommand.Build),
        ("uninstall", UninstallCommand.Build),
        ("ps", PsCommand.Build),
        ("top", TopCommand.Build),
        ("events", EventsCommand.Build),
        ("resolve", ResolveCommand.Build),
        ("state", StateCommand.Build),
        ("wait", WaitCommand.Build),
        ("kill", KillCommand.Build),
        ("config", ConfigCommand.Build),
        ("ls", Operate.Files.ListCommand.Build),
        ("find", FindCommand.Build),
        ("cat", CatCommand.Build),
        ("head", HeadCommand.Build),
        ("tail", TailCommand.Build),
        ("grep", GrepCommand.Build),
        ("du", UsageCommand.Build),
        ("cp", CopyCommand.Build),
        ("ssh", ShellCommand.Build),
        ("scp", ScpCommand.Build),
        ("ports", PortsCommand.Build),
        ("watch", WatchCommand.Build),
        (DcshCommand.Name, DcshCommand.Build),
        ("doctor", DoctorCommand.Build),
        ("bench", BenchCommand.Build),
        ("history", HistoryCommand.Build),
        ("completion", CompletionCommand.Build),
        ("version", VersionCommand.Build),
        ("hello", HelloCommand.Build),
        ("chameleon", ChameleonCommand.Build),
        (CompleteCommand.Name, () => CompleteCommand.Build(Build)),
    ];

    public static IEnumerable<string> Names => Commands.Select(command => command.Name);

    /// <param name="first">The first word of a line.</param>
    public static RootCommand Build(string? first)
    {
        var root = new RootCommand("Pelago makes many clusters work like one computer.");
        root.Options.Remove(root.Options.OfType<VersionOption>().First());
        root.Options.Add(VersionCommand.Option());
        root.Options.Add(CommandOptions.Home);
        ExamplesHelp.Install(root);
        bool isOne = first is not null && Names.Contains(first);
        foreach ((string name, Func<Command> build) in Commands)
        {
            if (!isOne || name == first)
                root.Subcommands.Add(build());
        }

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
}
