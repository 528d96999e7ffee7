// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo</c>: where packages come from.</summary>
internal static class RepoCommand
{
    public static Command Build()
    {
        var command = new Command("repo", "The repositories that packages come from").WithExamples("""
            pelago package repo add ours ./packages
            pelago package repo add public https://universe.example.com/repo --index 0
            pelago package repo add signed https://packages.example.com/index.json --key signer.pem
            pelago package repo update
            pelago package repo list
            """);
        command.Subcommands.Add(RepoAddCommand.Build());
        command.Subcommands.Add(RepoListCommand.Build());
        command.Subcommands.Add(RepoRemoveCommand.Build());
        command.Subcommands.Add(RepoImportCommand.Build());
        command.Subcommands.Add(RepoUpdateCommand.Build());
        command.Subcommands.Add(RepoBuildCommand.Build());
        command.Subcommands.Add(RepoServeCommand.Build());
        command.Subcommands.Add(RepoVerifyCommand.Build());
        return command;
    }
}
