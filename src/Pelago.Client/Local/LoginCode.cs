// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Pelago.Client.Local;

/// <summary>
/// What a login link carries: who comes, until when, and a number that makes it good once. Signed with the key of a home, so whoever can read the home
/// makes links, and nothing secret is sent to whatever listens at the daemon's port.
/// </summary>
/// <param name="Id">16 random bytes in hexadecimal.</param>
/// <param name="User">Whom the session acts as; empty: the owner himself.</param>
/// <param name="Group">A group of that user; empty: none.</param>
public sealed record LoginCode(string Id, DateTimeOffset Expires, string User = "", string Group = "")
{
    /// <summary>How long a link is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const int MostBytes = 1024;
    private const int IdBytes = 16;
    private const int SignatureBytes = HMACSHA256.HashSizeInBytes;
    private const int NamesAt = IdBytes + sizeof(long);

    /// <summary>A new code. A name with a NUL in it is an <see cref="ArgumentException"/>, and so are names of more than some 900 bytes.</summary>
    public static string Make(ReadOnlySpan<byte> key, DateTimeOffset now, string user = "", string group = "")
    {
        byte[] names = Encoding.UTF8.GetBytes($"{user}\0{group}");
        if (user.Contains('\0') || group.Contains('\0') || names.Length > MostBytes - NamesAt - SignatureBytes)
            throw new ArgumentException("a user and a group of at most some 900 bytes, without NUL", nameof(user));
        byte[] code = new byte[NamesAt + names.Length + SignatureBytes];
        RandomNumberGenerator.Fill(code.AsSpan(0, IdBytes));
        BinaryPrimitives.WriteInt64BigEndian(code.AsSpan(IdBytes), (now + Lifetime).ToUnixTimeMilliseconds());
        names.CopyTo(code.AsSpan(NamesAt));
        HMACSHA256.HashData(key, code.AsSpan(0, NamesAt + names.Length), code.AsSpan(NamesAt + names.Length));
        return Base64Url.EncodeToString(code);
    }

    /// <summary>False when the key did not sign it. Whether it has expired, or was used, is for the caller to see.</summary>
    public static bool TryRead(ReadOnlySpan<byte> key, string text, [NotNullWhen(true)] out LoginCode? code)
    {
        code = null;
        byte[] bytes = new byte[MostBytes];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out int length) != OperationStatus.Done || length < NamesAt + 1 + SignatureBytes)
            return false;
        ReadOnlySpan<byte> signed = bytes.AsSpan(0, length - SignatureBytes);
        Span<byte> expected = stackalloc byte[SignatureBytes];
        HMACSHA256.HashData(key, signed, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, bytes.AsSpan(signed.Length, SignatureBytes)))
            return false;
        string[] names = Encoding.UTF8.GetString(signed[NamesAt..]).Split('\0');
        var expires = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(signed[IdBytes..]));
        code = new LoginCode(Convert.ToHexStringLower(signed[..IdBytes]), expires, names[0], names.ElementAtOrDefault(1) ?? "");
        return true;
    }
}
