// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Parsing;
using Pelago.Client.Local;

namespace Pelago.Cli;

/// <summary>What to say about a line that cannot be understood: which word, why, and what was probably meant.</summary>
internal static class UsageErrors
{
    private const string Name = "pelago";

    public static int Print(ParseResult parsed)
    {
        // Who types the name alone asks what there is.
        if (parsed.CommandResult.Command is RootCommand root && parsed.Tokens.Count == 0)
        {
            root.Parse("--help").Invoke(new InvocationConfiguration { Output = Console.Error });
            return ExitCode.Usage;
        }

        string path = Path(parsed.CommandResult);
        foreach (string message in Messages(parsed, path).Distinct())
            Console.Error.WriteLine($"pelago: {message}");
        Console.Error.WriteLine($"Run '{Invocation.Program}{path[Name.Length..]} --help' for usage.");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Messages(ParseResult parsed, string path)
    {
        Command command = parsed.CommandResult.Command;
        IReadOnlyList<string> unmatched = parsed.UnmatchedTokens;
        // Of a mistyped command only that matters; whatever follows was meant for the command it should have been.
        if (command.Subcommands.Any(sub => !sub.Hidden) && unmatched.FirstOrDefault(word => !word.StartsWith('-')) is { } mistyped)
            return [$"'{mistyped}' is no command of '{path}'{Guess(mistyped, command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}"];
        // Words after an option that is none were probably its value.
        if (unmatched.Any(IsOption))
            return unmatched.Where(IsOption).Select(word => Unmatched(word, parsed.CommandResult, path));
        if (unmatched.Count > 0)
            return unmatched.Select(word => Unmatched(word, parsed.CommandResult, path));
        if (command.Subcommands.Count > 0)
            return [$"a command is needed: {string.Join(", ", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}"];
        return parsed.Errors.Select(error => error.Message.ReplaceLineEndings(" "));
    }

    private static string Unmatched(string word, CommandResult command, string path)
    {
        return IsOption(word) ? NoOption(word, command, path) : $"'{word}' is one word too many for '{path}'";
    }

    /// <summary>About a word that was meant as an option, and would be taken for something else.</summary>
    public static string NoOption(string word, CommandResult command) => NoOption(word, command, Path(command));

    private static string NoOption(string word, CommandResult command, string path)
    {
        string name = word.Split('=')[0];
        return $"'{path}' has no option '{name}'{Guess(name, Options(command))}";
    }

    public static bool IsOption(string word) => word.Length > 1 && word.StartsWith('-');

    private static IEnumerable<string> Options(CommandResult command)
    {
        IEnumerable<Option> options = command.Command.Options;
        for (SymbolResult? up = command.Parent; up is CommandResult parent; up = parent.Parent)
            options = options.Concat(parent.Command.Options.Where(option => option.Recursive));
        return options.Where(option => !option.Hidden).SelectMany(option => option.Aliases.Append(option.Name)).Where(name => name.StartsWith("--", StringComparison.Ordinal));
    }

    private static string Guess(string word, IEnumerable<string> known) => Spelling.Nearest(word, known) is { } near ? $". Did you mean '{near}'?" : "";

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : Name;
}
