// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Cli.Output;

/// <summary>Text of others for a terminal: who wrote a package or named an image does not get to move the cursor or to turn the order of letters around.</summary>
internal static class PlainText
{
    /// <summary>On one line, each character that would not be seen as a space.</summary>
    public static string Of(string text) =>
        string.Create(text.Length, text, (line, from) =>
        {
            for (int i = 0; i < line.Length; i++)
                line[i] = char.GetUnicodeCategory(from[i]) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : from[i];
        });
}
