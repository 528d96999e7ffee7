// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Engine.Controllers;

/// <summary>The set of finished indexes in its wire form, intervals of two written as two: <c>1,3-5,7</c>.</summary>
internal static class CompletionIndexes
{
    /// <summary>Reads the form, leaving out what is not below <paramref name="completions"/>; broken pieces read as nothing.</summary>
    public static SortedSet<int> Parse(string? text, int completions)
    {
        var indexes = new SortedSet<int>();
        foreach (string piece in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = piece.Split('-');
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
                continue;
            for (int index = first; index <= last && index < completions; index++)
                indexes.Add(index);
        }
        return indexes;
    }

    public static string Format(SortedSet<int> indexes)
    {
        var text = new StringBuilder();
        int[] all = [.. indexes];
        for (int i = 0; i < all.Length;)
        {
            int end = i;
            while (end + 1 < all.Length && all[end + 1] == all[end] + 1)
                end++;
            if (text.Length > 0)
                text.Append(',');
            text.Append(all[i]);
            if (end > i)
                text.Append(end - i > 1 ? '-' : ',').Append(all[end]);
            i = end + 1;
        }
        return text.ToString();
    }
}
