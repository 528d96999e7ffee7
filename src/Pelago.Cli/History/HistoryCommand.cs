// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace Pelago.Cli.History;

/// <summary><c>pelago history</c>: work that has ended, also when its pods and its logs are gone from the cluster.</summary>
internal static class HistoryCommand
{
    public static Command Build()
    {
        var command = new Command("history", "Work that has ended: its outcome and its logs").WithExamples("""
            pelago history query --owner Job/backup
            pelago history query web --failed --since 2d
            pelago history log backup-x1.main.0f3a2c4d5e6f7a8b
            pelago history stats
            pelago history export ./history --since 30d
            pelago history pin backup-x1.main.0f3a2c4d5e6f7a8b
            """);
        command.Subcommands.Add(QueryCommand.Build());
        command.Subcommands.Add(LogCommand.Build());
        command.Subcommands.Add(StatsCommand.Build());
        command.Subcommands.Add(ExportCommand.Build());
        command.Subcommands.Add(PinCommand.Build());
        return command;
    }
}
