// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Stands for a token in tables: keyed with a secret of this process, so comparing two takes a time that says nothing about the token,
/// and a table holds nothing that could be used to log in.
/// </summary>
internal readonly record struct TokenDigest
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private TokenDigest(ReadOnlySpan<byte> hash)
    {
        _high = MemoryMarshal.Read<UInt128>(hash);
        _low = MemoryMarshal.Read<UInt128>(hash[16..]);
    }

    public static TokenDigest Of(string token)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(token), hash);
        return new TokenDigest(hash);
    }
}
