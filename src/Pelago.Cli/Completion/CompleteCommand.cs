// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Completions;
using Pelago.Cli.Operate.Files;

namespace Pelago.Cli.Completion;

/// <summary>
/// <c>pelago __complete -- WORD…</c> (hidden): what the last word can become, one a line, with a tab and a description where there is one.
/// </summary>
internal static class CompleteCommand
{
    public const string Name = "__complete";

    /// <param name="root">The commands, given the first word of the line.</param>
    public static Command Build(Func<string?, RootCommand> root)
    {
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command(Name, "Answer a completion script") { Hidden = true };
        command.Arguments.Add(words);
        command.SetAction(async (parsed, cancel) =>
        {
            string[] line = parsed.GetValue(words) ?? [];
            foreach (CompletionItem item in await CompleteAsync(root(line.Length > 1 ? line[0] : null), line, cancel))
                Console.Out.WriteLine(string.IsNullOrEmpty(item.Detail) ? item.InsertText : $"{item.InsertText}\t{item.Detail.ReplaceLineEndings(" ")}");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<IEnumerable<CompletionItem>> CompleteAsync(RootCommand root, string[] words, CancellationToken cancel)
    {
        // bash cuts --output=json in three; one word of it reads the same without the sign.
        List<string> line = [.. words.SkipLast(1).Where(word => word != "=")];
        string last = words.LastOrDefault("");
        string prefix = "";
        int sign = last.StartsWith("--", StringComparison.Ordinal) ? last.IndexOf('=', StringComparison.Ordinal) : -1;
        if (sign > 0)
        {
            prefix = last[..(sign + 1)];
            line.Add(last[..sign]);
            last = last[(sign + 1)..];
        }

        CloseFlags(root);
        string text = string.Concat(PartLetters.Spell([.. line], root).Select(word => Quote(word) + " ")) + last;
        ParseResult parsed = root.Parse(text);
        await RemoteNames.LoadAsync(parsed, last, cancel);
        CompletionItem[] found = [.. parsed.GetCompletions(text.Length)
            .Where(item => item.Label.StartsWith(last, StringComparison.Ordinal) && item.Label is not ("/?" or "/h" or "-?"))
            .DistinctBy(item => item.Label)];
        // Options only when asked for, or when there is nothing else to say.
        if (!last.StartsWith('-') && found.Any(item => !item.Label.StartsWith('-')))
            found = [.. found.Where(item => !item.Label.StartsWith('-'))];
        return found.Select(item => new CompletionItem(item.Label, insertText: prefix + item.Label, detail: item.Detail));
    }

    /// <summary>A flag may be given a value (<c>--follow=false</c>), so that the library would complete the word after it as one, and offer nothing else.</summary>
    private static void CloseFlags(Command command)
    {
        foreach (Option flag in command.Options.Where(option => option.ValueType == typeof(bool)))
            flag.Arity = ArgumentArity.Zero;
        foreach (Command inner in command.Subcommands)
            CloseFlags(inner);
    }

    private static string Quote(string word) => word.Length == 0 || word.Any(char.IsWhiteSpace) ? $"\"{word}\"" : word;
}
