// SPDX-License-Identifier: Apache-2.0

using System.CommandLine.Completions;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>Offers the names of fields, each of a list <c>a,b</c> in its turn.</summary>
internal static class FieldNames
{
    public static IEnumerable<CompletionItem> Offer(CompletionContext context)
    {
        string word = context.WordToComplete;
        string before = word[..(word.LastIndexOf(',') + 1)];
        return TaskFields.All.Select(field => field.Name).Except(before.Split(',')).Select(name => new CompletionItem(before + name, detail: "field"));
    }
}
