// SPDX-License-Identifier: Apache-2.0

using System.CommandLine.Completions;
using Pelago.Client.Local;

namespace Pelago.Cli.Completion;

/// <summary>Offers the clusters of the home that the line names, each of a list <c>a,b</c> in its turn.</summary>
internal static class ClusterNames
{
    public static IEnumerable<CompletionItem> Offer(CompletionContext context)
    {
        string word = context.WordToComplete;
        string before = word[..(word.LastIndexOf(',') + 1)];
        string[] named = before.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return PelagoHome.Resolve(context.ParseResult.GetValue(CommandOptions.Home)).ClusterNames()
            .Except(named).Select(name => new CompletionItem(before + name, detail: "cluster"));
    }
}
