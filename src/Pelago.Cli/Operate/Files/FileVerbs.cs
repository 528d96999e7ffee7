// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Operate.Tail;

namespace Pelago.Cli.Operate.Files;

/// <summary>The commands about files and logs of tasks.</summary>
internal static class FileVerbs
{
    public static IReadOnlyList<Command> Build() =>
    [
        ListCommand.Build(), FindCommand.Build(), CatCommand.Build(), HeadCommand.Build(), TailCommand.Build(), GrepCommand.Build(), UsageCommand.Build(),
        CopyCommand.Build(), ShellCommand.Build(), ScpCommand.Build(),
    ];
}
