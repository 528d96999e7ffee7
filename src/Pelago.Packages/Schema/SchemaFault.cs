// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Schema;

/// <summary>One value that a schema does not allow.</summary>
/// <param name="Pointer">Where the value is (RFC 6901); empty for the document itself. For an absent field: of the object that lacks it.</param>
/// <param name="Rule">The keyword that was broken.</param>
/// <param name="Expected">What the keyword asks for, in words.</param>
/// <param name="Found">What is there, in words.</param>
public sealed record SchemaFault(string Pointer, string Rule, string Expected, string Found)
{
    /// <summary>The field that is absent, for <c>required</c> and <c>dependencies</c>, or too much, for <c>additionalProperties</c>.</summary>
    public string? Field { get; init; }

    public override string ToString() => $"{(Pointer.Length == 0 ? "the document" : Pointer)}: {Rule}: expected {Expected}, found {Found}";
}
