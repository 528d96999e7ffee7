// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Authentication;

/// <summary>The key of an extra field inside a header's name: percent-encoded where a header name cannot hold it, and always lower case.</summary>
internal static class HeaderKey
{
    public static string Decode(string key) => Uri.UnescapeDataString(key).ToLowerInvariant();

    /// <summary>Letters, digits and the marks that RFC 9110 allows in a header name stay; all else, and %, is percent-encoded.</summary>
    public static string Encode(string key)
    {
        const string Marks = "!#$&'*+-.^_`|~";
        var encoded = new System.Text.StringBuilder(key.Length);
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(key))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || Marks.Contains((char)b))
                encoded.Append((char)b);
            else
                encoded.Append('%').Append(Convert.ToHexString([b]));
        }

        return encoded.ToString();
    }
}
