// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>Digests of content as images write them: <c>sha256:</c> and 64 hexadecimal digits. No other algorithm is in use.</summary>
internal static class Digest
{
    private const string Algorithm = "sha256:";
    private const int Digits = 64;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static bool IsValid(string? text) =>
        text is not null && text.Length == Algorithm.Length + Digits && text.StartsWith(Algorithm, StringComparison.Ordinal)
        && !text.AsSpan(Algorithm.Length).ContainsAnyExcept(Hexadecimal);

    public static string Of(byte[] content) => OfHash(SHA256.HashData(content));

    public static string OfHash(byte[] hash) => Algorithm + Convert.ToHexStringLower(hash);

    /// <summary>The name of a stack of layers, by which its file system is found: of the lowest one its own digest.</summary>
    public static string ChainOf(string parent, string layer) => parent.Length == 0 ? layer : Of(Encoding.ASCII.GetBytes($"{parent} {layer}"));
}
