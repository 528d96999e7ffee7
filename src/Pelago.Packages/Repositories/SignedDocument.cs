// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;

namespace Pelago.Packages.Repositories;

/// <summary>What a signed index vouches for.</summary>
/// <param name="Key">The public key that it was verified with (PEM), whatever sort of PEM was given: a private one is not to be kept.</param>
internal sealed record SignedDocument(string File, string Sha256, long Size, long Serial, string Key)
{
    public void Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size || Convert.ToHexStringLower(SHA256.HashData(bytes)) != Sha256)
            throw new RepositoryException($"{File} is not what was signed: its length or its SHA-256 differs");
    }
}
