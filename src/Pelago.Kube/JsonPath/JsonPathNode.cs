// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>One step of a parsed template.</summary>
internal abstract record JsonPathNode
{
    /// <summary>Literal text, a quoted text, a number or a boolean.</summary>
    public sealed record Literal(JsonNode Value) : JsonPathNode;

    public sealed record Field(string Name) : JsonPathNode;

    /// <summary><c>[start:end:step]</c>; a lone index has no colon and takes one element.</summary>
    public sealed record Slice(int? Start, int? End, int? Step, bool IsIndex) : JsonPathNode;

    /// <summary><c>[?(left OP right)]</c>; without an operator: <c>left</c> is there.</summary>
    public sealed record Filter(IReadOnlyList<JsonPathNode> Left, string Operator, IReadOnlyList<JsonPathNode> Right) : JsonPathNode;

    public sealed record Wildcard : JsonPathNode;

    public sealed record Recursive : JsonPathNode;

    public sealed record Union(IReadOnlyList<IReadOnlyList<JsonPathNode>> Choices) : JsonPathNode;

    /// <summary><c>range</c>, <c>end</c>, or a word that means nothing.</summary>
    public sealed record Word(string Name) : JsonPathNode;
}
