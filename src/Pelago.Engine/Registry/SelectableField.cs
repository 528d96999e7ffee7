// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>
/// A field that field selectors may name. <paramref name="Paths"/> are tried in order in the stored document, the first non-empty
/// value counts; <paramref name="Absent"/> is what a missing field reads as (<c>false</c> for a boolean, <c>0</c> for a count).
/// </summary>
internal sealed record SelectableField(string Label, IReadOnlyList<string> Paths, string Absent = "")
{
    public SelectableField(string path, string absent = "")
        : this(path, [path], absent)
    {
    }
}
