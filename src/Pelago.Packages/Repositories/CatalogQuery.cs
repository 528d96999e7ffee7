// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Repositories;

/// <summary>What somebody looks for: words that all have to be there, in the name, a tag or the description.</summary>
internal sealed class CatalogQuery(string query)
{
    private const int MaxWords = 16;
    private readonly string[][] _words =
        [.. query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(MaxWords).Select(word => word.Split('*', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>How well a package fits; 0 when it does not.</summary>
    public int Rank(IndexedPackage package)
    {
        int sum = 1;
        foreach (string[] word in _words)
        {
            int rank = Rank(word, package);
            if (rank == 0)
                return 0;
            sum += rank;
        }

        return sum;
    }

    private static int Rank(string[] word, IndexedPackage package)
    {
        if (word.Length == 0)
            return 1;
        if (word.Length == 1 && package.Name.Equals(word[0], StringComparison.OrdinalIgnoreCase))
            return 100;
        if (Fits(word, package.Name))
            return package.Name.StartsWith(word[0], StringComparison.OrdinalIgnoreCase) ? 60 : 40;
        if (package.Tags.Any(tag => Fits(word, tag)))
            return 20;
        return Fits(word, package.Description) ? 10 : 0;
    }

    /// <summary>Whether the pieces stand in a text in their order.</summary>
    private static bool Fits(string[] pieces, string text)
    {
        int at = 0;
        foreach (string piece in pieces)
        {
            int found = text.IndexOf(piece, at, StringComparison.OrdinalIgnoreCase);
            if (found < 0)
                return false;
            at = found + piece.Length;
        }

        return true;
    }
}
