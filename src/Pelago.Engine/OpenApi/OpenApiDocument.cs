// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Pelago.Engine.OpenApi;

/// <summary>A finished document. Only the packed form is kept, for that is what nearly every client asks for.</summary>
internal sealed class OpenApiDocument
{
    public OpenApiDocument(byte[] content, string? hash = null)
    {
        Hash = hash ?? HashOf(content);
        using var packed = new MemoryStream(content.Length / 8);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        Packed = packed.ToArray();
    }

    /// <summary>Upper-case hex; in quotes it is the ETag.</summary>
    public string Hash { get; }

    /// <summary>gzip.</summary>
    public byte[] Packed { get; }

    public byte[] Unpack()
    {
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(Packed), CompressionMode.Decompress))
            gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexString(SHA512.HashData(content));
}
