// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Pelago.Cli;

/// <summary>Values from a short list: offered by completion, and named in one line when something else is given.</summary>
internal static class Choices
{
    public static Option<string> Only(this Option<string> option, params string[] values)
    {
        option.CompletionSources.Add(_ => values.Select(value => new CompletionItem(value)));
        option.Validators.Add(result => Check(result, result.Tokens, option.Name, values));
        return option;
    }

    public static Argument<string> Only(this Argument<string> argument, params string[] values)
    {
        argument.CompletionSources.Add(_ => values.Select(value => new CompletionItem(value)));
        argument.Validators.Add(result => Check(result, result.Tokens, argument.Name, values));
        return argument;
    }

    private static void Check(SymbolResult result, IReadOnlyList<Token> tokens, string name, string[] values)
    {
        foreach (Token token in tokens.Where(token => !values.Contains(token.Value)))
        {
            string near = Spelling.Nearest(token.Value, values) is { } guess ? $". Did you mean {guess}?" : "";
            result.AddError($"{name} {token.Value}: must be one of {string.Join(", ", values)}{near}");
        }
    }
}
