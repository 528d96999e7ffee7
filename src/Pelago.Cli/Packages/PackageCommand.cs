// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Packages.Installing;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package</c>: software from repositories of packages.</summary>
internal static class PackageCommand
{
    public static Command Build()
    {
        var command = new Command("package", "Software from repositories of packages").WithExamples("""
            pelago package repo add ours ./packages
            pelago package search database
            pelago package install nginx --app-id web
            pelago package list
            pelago package validate --all --repo ./universe
            pelago package render nginx --repo ./universe --set service.instances=3
            """);
        command.Subcommands.Add(SearchCommand.Build());
        command.Subcommands.Add(DescribeCommand.Build());
        command.Subcommands.Add(InstallCommand.Build());
        command.Subcommands.Add(ListCommand.Build());
        command.Subcommands.Add(UpgradeCommand.Build());
        command.Subcommands.Add(RollbackCommand.Build());
        command.Subcommands.Add(HistoryCommand.Build());
        command.Subcommands.Add(UninstallCommand.Build());
        command.Subcommands.Add(RenderCommand.Build());
        command.Subcommands.Add(ValidateCommand.Build());
        command.Subcommands.Add(ProgramCommand.Build());
        command.Subcommands.Add(RepoCommand.Build());
        return command;
    }
}
