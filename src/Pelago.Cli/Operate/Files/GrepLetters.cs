// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Files;

/// <summary>The letters of grep.</summary>
internal sealed class GrepLetters
{
    private readonly Option<bool> _fixed = new("--fixed-strings", "-F") { Description = "The pattern is a text" };
    private readonly Option<bool> _ignoreCase = new("--ignore-case", "-i") { Description = "Small and capital letters are one" };
    private readonly Option<bool> _invert = new("--invert-match", "-v") { Description = "The lines that do not match" };
    private readonly Option<bool> _count = new("--count", "-c") { Description = "Only how many" };
    private readonly Option<bool> _quiet = new("--quiet", "-q", "--silent") { Description = "Print nothing, and end with 0 at the first match" };
    private readonly Option<bool> _numbers = new("--line-number", "-n") { Description = "With the numbers of the lines" };
    private readonly Option<bool> _text = new("--text", "-a") { Description = "Search what is no text as one" };
    private readonly Option<int?> _most = CommandOptions.Number("--max-count", "At most so many of each", "N", 0, int.MaxValue);
    private readonly Option<int?> _after = CommandOptions.Number("--after-context", "With so many lines after", "N", 0, LineQuery.MostContext);
    private readonly Option<int?> _before = CommandOptions.Number("--before-context", "With so many lines before", "N", 0, LineQuery.MostContext);
    private readonly Option<int?> _context = CommandOptions.Number("--context", "With so many lines around", "N", 0, LineQuery.MostContext);

    public void AddTo(Command command)
    {
        _most.Aliases.Add("-m");
        _after.Aliases.Add("-A");
        _before.Aliases.Add("-B");
        _context.Aliases.Add("-C");
        foreach (Option option in new Option[] { _fixed, _ignoreCase, _invert, _count, _quiet, _numbers, _text, _most, _after, _before, _context })
            command.Options.Add(option);
    }

    public bool IsQuiet(ParseResult parsed) => parsed.GetValue(_quiet);

    public LineQuery Read(ParseResult parsed, string pattern)
    {
        var query = new LineQuery
        {
            Pattern = pattern, Fixed = parsed.GetValue(_fixed), IgnoreCase = parsed.GetValue(_ignoreCase), Invert = parsed.GetValue(_invert), CountOnly = parsed.GetValue(_count),
            Numbers = parsed.GetValue(_numbers), AsText = parsed.GetValue(_text), Most = parsed.GetValue(_most), After = parsed.GetValue(_after) ?? parsed.GetValue(_context) ?? 0,
            Before = parsed.GetValue(_before) ?? parsed.GetValue(_context) ?? 0,
        };
        return IsQuiet(parsed) ? query with { CountOnly = true, Most = Math.Min(query.Most ?? 1, 1), After = 0, Before = 0 } : query;
    }
}
