// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Options;

/// <summary>One option of a package as somebody is asked for it.</summary>
/// <param name="Path">As <c>--set</c> takes it: <c>service.cpus</c>.</param>
/// <param name="Type">The schema's word: <c>integer</c>, <c>string</c>, …; empty where it has none.</param>
/// <param name="Choices">Values it may have; empty: any.</param>
/// <param name="IsNeeded">It has no default and must be given.</param>
public sealed record OptionQuestion(string Path, string Type, string Description, JsonNode? Default, IReadOnlyList<string> Choices, bool IsNeeded)
{
    /// <summary>The answer is not to be read over a shoulder.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The object that it is in; empty for one at the top.</summary>
    public string Section => Path.LastIndexOf('.') is >= 0 and var dot ? Path[..dot] : "";
}
