// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Parsing;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Files;

/// <summary>The letters <c>-n</c> and <c>-c</c> of head and tail: how many lines or bytes, and with a sign the rest of them. Of both letters the last one on the line counts, as for their namesakes.</summary>
internal sealed class PartLetters
{
    private const string UsualLines = "10";
    private readonly Option<string?> _lines;
    private readonly Option<string?> _bytes;
    private readonly Func<char, long, bool, TextPart> _partOf;

    private PartLetters(string lines, string bytes, Func<char, long, bool, TextPart> partOf)
    {
        _lines = Letter("--lines", "-n", lines);
        _bytes = Letter("--bytes", "-c", bytes);
        _partOf = partOf;
    }

    public static PartLetters OfHead() => new(
        $"So many lines (default: {UsualLines}); -N: all but the last N", "So many bytes instead; -N: all but the last N",
        (sign, count, isBytes) => new TextPart(sign == '-' ? TextSide.AllButLast : TextSide.First, count, isBytes));

    public static PartLetters OfTail() => new(
        $"So many of the last lines (default: {UsualLines}); +N: from line N on", "So many of the last bytes instead; +N: from byte N on",
        (sign, count, isBytes) => sign == '+' ? new TextPart(TextSide.AllButFirst, Math.Max(0, count - 1), isBytes) : new TextPart(TextSide.Last, count, isBytes));

    /// <summary>The line with their namesakes' old form, a number with a dash as the first word (<c>tail -5f</c>), as the letters that it stands for.</summary>
    public static string[] Spell(string[] words, Command root)
    {
        int command = CommandOptions.IndexOfOperand(words, 0, root);
        if (command + 1 >= words.Length || words[command] is not ("head" or "tail") || words[command + 1] is not ['-', .. { Length: > 0 } old])
            return words;
        bool follows = words[command] == "tail" && old[^1] == 'f';
        string count = follows ? old[..^1] : old;
        return count.Length > 0 && count.All(char.IsAsciiDigit)
            ? [.. words[..(command + 1)], "-n", count, .. follows ? (string[])["-f"] : [], .. words[(command + 2)..]]
            : words;
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_lines);
        command.Options.Add(_bytes);
    }

    public TextPart Read(ParseResult parsed)
    {
        bool isBytes = parsed.Tokens.LastOrDefault(token => token.Type == TokenType.Option && (Is(_lines, token) || Is(_bytes, token))) is { } last && Is(_bytes, last);
        return Sizes.TryParse(parsed.GetValue(isBytes ? _bytes : _lines) ?? UsualLines, out char sign, out long count)
            ? _partOf(sign, count, isBytes)
            : throw new CliException("how many lines or bytes is no number", ExitCode.Usage);
    }

    private static Option<string?> Letter(string name, string letter, string description)
    {
        Option<string?> option = Sizes.Option(name, description, "N", "must be a whole number, such as 20 or 1K, with + or - before it or not");
        option.Aliases.Add(letter);
        return option;
    }

    private static bool Is(Option option, Token token) => token.Value == option.Name || option.Aliases.Contains(token.Value);
}
