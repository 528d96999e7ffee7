// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.IO;
using System.IO.Compression;
using System.Text;
using Pelago.History.Days;

namespace Pelago.History.Merging;

/// <summary>Where a page of several parts ended: the place of each from which something was given. It is in the client's hands, so that whoever merges keeps nothing.</summary>
internal static class MergedCursor
{
    private const int MostText = 4 << 20;

    /// <summary>A line for each part, its name and its place, compressed: thousands of nodes have names that are alike.</summary>
    public static string Of(IEnumerable<KeyValuePair<string, string>> places)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var text = new StreamWriter(deflate, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            foreach ((string part, string place) in places.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                text.Write($"{part} {place}\n");
        }
        return Base64Url.EncodeToString(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    /// <summary>The place of each part. An <see cref="ArgumentException"/>: it is no cursor.</summary>
    public static Dictionary<string, string> Parse(string cursor)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        if (cursor.Length == 0)
            return places;
        try
        {
            using var deflate = new DeflateStream(new MemoryStream(Base64Url.DecodeFromChars(cursor)), CompressionMode.Decompress);
            byte[] text = new byte[MostText];
            int length = deflate.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            foreach (string line in Encoding.UTF8.GetString(text, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] pair = line.Split(' ');
                if (pair.Length != 2 || RunCursor.Parse(pair[1]) is null)
                    throw new FormatException();
                places[pair[0]] = pair[1];
            }
            return places.Count > 0 ? places : throw new FormatException();
        }
        catch (Exception bad) when (bad is FormatException or InvalidDataException or ArgumentException)
        {
            throw new ArgumentException("continue: it is of no earlier query", nameof(cursor), bad);
        }
    }
}
