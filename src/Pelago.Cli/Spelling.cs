// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli;

/// <summary>Guesses what somebody meant to type.</summary>
internal static class Spelling
{
    /// <summary>The known word that is fewest slips away; null when none is near enough to be worth naming.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        (string Word, int Slips)[] ranked = [.. known.Select(candidate => (candidate, Slips(word, candidate))).OrderBy(pair => pair.Item2)];
        return ranked.Length > 0 && ranked[0].Slips <= Math.Max(1, word.TrimStart('-').Length / 3) ? ranked[0].Word : null;
    }

    /// <summary>Letters left out, added, changed or swapped with their neighbour.</summary>
    private static int Slips(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
                cost[i, j] = Cheapest(cost, a, b, i, j);
        }

        return cost[a.Length, b.Length];
    }

    private static int Cheapest(int[,] cost, string a, string b, int i, int j)
    {
        if (i == 0 || j == 0)
            return i + j;
        int least = Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1;
        least = Math.Min(least, cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
        bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        return swapped ? Math.Min(least, cost[i - 2, j - 2] + 1) : least;
    }
}
