// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Completions;
using System.IO;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Completion;

/// <summary>
/// Names that only a cluster knows. They are asked for once, before the library, which cannot wait, looks for what to offer: when a person waits for a
/// completion, briefly, and whatever goes wrong offers nothing.
/// </summary>
internal sealed class RemoteNames
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly Dictionary<Argument, RemoteNames> OfArgument = [];
    private readonly Func<ParseResult, string, CancellationToken, Task<IReadOnlyList<string>>> _ask;
    private IReadOnlyList<string> _names = [];

    private RemoteNames(Func<ParseResult, string, CancellationToken, Task<IReadOnlyList<string>>> ask) => _ask = ask;

    /// <summary>Offers for an argument what <paramref name="ask"/> finds.</summary>
    public static void Offer(Argument argument, Func<ParseResult, CancellationToken, Task<IReadOnlyList<string>>> ask) =>
        Offer(argument, (parsed, _, cancel) => ask(parsed, cancel));

    /// <summary>The same, where there are too many names to ask for all: <paramref name="ask"/> is given what is typed of the word.</summary>
    public static void Offer(Argument argument, Func<ParseResult, string, CancellationToken, Task<IReadOnlyList<string>>> ask)
    {
        var names = new RemoteNames(ask);
        OfArgument[argument] = names;
        argument.CompletionSources.Add(_ => names._names.Select(name => new CompletionItem(name)));
    }

    /// <summary>Asks for the names that completing this line takes.</summary>
    public static async Task LoadAsync(ParseResult parsed, string word, CancellationToken cancel)
    {
        if (ArgumentOf(parsed, word) is not { } argument || !OfArgument.TryGetValue(argument, out RemoteNames? names))
            return;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            names._names = await names._ask(parsed, word, patience.Token);
        }
        catch (Exception failure) when (failure is CliException or ApiStatusException or ClusterUnreachableException or KubeconfigException or IOException or OperationCanceledException)
        {
            names._names = [];
        }
    }

    /// <summary>Which argument of the command the word belongs to, by how many words stand before it.</summary>
    private static Argument? ArgumentOf(ParseResult parsed, string word)
    {
        IList<Argument> arguments = parsed.CommandResult.Command.Arguments;
        int before = arguments.Sum(argument => parsed.GetResult(argument)?.Tokens.Count ?? 0) - (word.Length > 0 ? 1 : 0);
        foreach (Argument argument in arguments)
        {
            if (before < argument.Arity.MaximumNumberOfValues)
                return argument;
            before -= argument.Arity.MaximumNumberOfValues;
        }
        return null;
    }
}
