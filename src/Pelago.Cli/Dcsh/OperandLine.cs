// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// What follows the script on the line is the script's, also where it looks like an option of ours: <c>--</c> is put before the script.
/// </summary>
internal static class OperandLine
{
    public static string[] Prepare(string[] words, Command root)
    {
        int start = 0;
        Command dcsh = root;
        if (root.Name != DcshCommand.Name)
        {
            int command = CommandOptions.IndexOfOperand(words, 0, root);
            if (command >= words.Length || words[command] != DcshCommand.Name)
                return words;
            start = command + 1;
            dcsh = root.Subcommands.First(candidate => candidate.Name == DcshCommand.Name);
        }

        int script = CommandOptions.IndexOfOperand(words, start, dcsh);
        bool isPlain = script >= words.Length || words[script] == "--" || dcsh.Subcommands.Any(candidate => candidate.Name == words[script]);
        return isPlain ? words : [.. words[..script], "--", .. words[script..]];
    }
}
