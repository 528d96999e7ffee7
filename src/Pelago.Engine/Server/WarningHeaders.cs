// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Pelago.Engine.Server;

/// <summary><c>Warning: 299 - "text"</c> headers (RFC 7234 5.5): at most 4 KiB in all, longer ones are cut (apiserver pkg/endpoints/filters/warning.go).</summary>
internal static class WarningHeaders
{
    private const int MaxBytes = 4 * 1024;
    private const int CutTo = 256;

    public static void Add(HttpResponse response, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
            return;
        string[] distinct = [.. warnings.Distinct()];
        bool cut = distinct.Sum(warning => warning.Length) > MaxBytes;
        int bytes = 0;
        foreach (string warning in distinct)
        {
            string text = Quote(cut && warning.Length > CutTo ? warning[..CutTo] : warning);
            bytes += text.Length;
            if (bytes > MaxBytes)
                return;
            response.Headers.Append("Warning", new StringValues($"299 - {text}"));
        }
    }

    /// <summary>A quoted-string of visible ASCII; other characters travel as UTF-8 that header readers take for Latin-1, so they are escaped.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c is < ' ' or '\x7f')
                quoted.Append(' ');
            else if (c > '\x7f')
                quoted.Append(CultureInfo.InvariantCulture, $"\\\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
