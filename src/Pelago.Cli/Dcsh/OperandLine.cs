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
            int command = IndexOfOperand(words, 0, root);
            if (command >= words.Length || words[command] != DcshCommand.Name)
                return words;
            start = command + 1;
            dcsh = root.Subcommands.First(candidate => candidate.Name == DcshCommand.Name);
        }

        int script = IndexOfOperand(words, start, dcsh);
        bool isPlain = script >= words.Length || words[script] == "--" || dcsh.Subcommands.Any(candidate => candidate.Name == words[script]);
        return isPlain ? words : [.. words[..script], "--", .. words[script..]];
    }

    /// <summary>The first word that is neither an option nor the value of one.</summary>
    public static int IndexOfOperand(string[] words, int start, Command command)
    {
        int at = start;
        while (at < words.Length && words[at].Length > 1 && words[at][0] == '-' && words[at] != "--")
        {
            Option? option = command.Options.Concat(CommandOptions.Recursive).FirstOrDefault(option => option.Name == words[at] || option.Aliases.Contains(words[at]));
            at += option is not null && option.ValueType != typeof(bool) && option is not System.CommandLine.Help.HelpOption ? 2 : 1;
        }

        return at;
    }
}
