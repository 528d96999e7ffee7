// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pelago.History;

/// <summary>The number by which a run is known: recording it again finds it.</summary>
internal static class RunKey
{
    private const int HexDigits = 16;

    public static long Of(string podUid, string container, int attempt) => Of(string.Create(CultureInfo.InvariantCulture, $"{podUid}\n{container}\n{attempt}"));

    public static long Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    public static string Name(string pod, string container, long key) => string.Create(CultureInfo.InvariantCulture, $"{pod}.{container}.{key:x16}");

    /// <summary>The key at the end of a run's name; null when it is no name of a run.</summary>
    public static long? OfName(string name) =>
        name.Length > HexDigits && name[^(HexDigits + 1)] == '.' && long.TryParse(name.AsSpan(name.Length - HexDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long key)
            ? key
            : null;
}
