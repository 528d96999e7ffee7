// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>
/// A query as Cosmos takes it: one text that is in the name, the description or a tag, whatever the case; or, with an asterisk for anything, one that is the
/// whole of it, in this case.
/// </summary>
internal sealed class CosmosQuery(string? query)
{
    private readonly string[]? _pieces = query?.Contains('*', StringComparison.Ordinal) == true ? query.Split('*') : null;

    public bool Fits(IndexedPackage package) => query is null || Fits(package.Name) || Fits(package.Description) || package.Tags.Any(Fits);

    private bool Fits(string text) => _pieces is null ? text.Contains(query!, StringComparison.OrdinalIgnoreCase) : IsWhole(text, _pieces);

    private static bool IsWhole(string text, string[] pieces)
    {
        if (!text.StartsWith(pieces[0], StringComparison.Ordinal))
            return false;
        int at = pieces[0].Length;
        foreach (string piece in pieces.AsSpan(1, pieces.Length - 2))
        {
            int found = text.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + piece.Length;
        }

        return text.Length - at >= pieces[^1].Length && text.EndsWith(pieces[^1], StringComparison.Ordinal);
    }
}
