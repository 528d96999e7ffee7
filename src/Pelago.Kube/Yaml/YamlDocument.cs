// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// One document of a YAML text as JSON. <paramref name="Duplicates"/> has a line for each key that was set twice, as Go's yaml words it
/// (<c>line 3: key "a" already set in map</c>); the last value won. <paramref name="Line"/> is where it starts, from 1.
/// </summary>
public sealed record YamlDocument(ReadOnlyMemory<byte> Json, IReadOnlyList<string> Duplicates, int Line)
{
    /// <summary>Nothing but comments, or the word null.</summary>
    public bool IsNull => Json.Span.SequenceEqual("null"u8);
}
