// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Schema;

/// <summary>Addresses of schemas: URIs, absolute or not.</summary>
internal static class SchemaAddress
{
    public static string Join(string start, string reference)
    {
        if (reference.Length == 0 || reference[0] == '#')
            return Document(start) + reference;
        // A path is an absolute file on Linux, which is never meant.
        if (reference[0] != '/' && Uri.TryCreate(reference, UriKind.Absolute, out _))
            return reference;
        return Uri.TryCreate(start, UriKind.Absolute, out Uri? from) && Uri.TryCreate(from, reference, out Uri? joined) ? joined.AbsoluteUri : reference;
    }

    /// <summary>Without the fragment.</summary>
    public static string Document(string address) => address.IndexOf('#', StringComparison.Ordinal) is >= 0 and int sign ? address[..sign] : address;

    /// <summary>The fragment, decoded; empty for none.</summary>
    public static string Fragment(string address) => address.IndexOf('#', StringComparison.Ordinal) is >= 0 and int sign ? Uri.UnescapeDataString(address[(sign + 1)..]) : "";
}
