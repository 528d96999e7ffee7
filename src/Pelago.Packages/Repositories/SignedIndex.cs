// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Rendering;

namespace Pelago.Packages.Repositories;

/// <summary>
/// A small document that names a built repository beside it by its SHA-256, signed with ECDSA (SHA-256) over its canonical JSON without the signature:
/// <c>{"format":"pelago-repository-1","serial":7,"key":"-----BEGIN PUBLIC KEY…","document":{"file":"packages.json","sha256":"…","size":123},"signature":"base64"}</c>.
/// </summary>
public static class SignedIndex
{
    public const string FileName = "index.json";

    /// <summary>Of the signed document itself, in bytes.</summary>
    internal const int MaxSize = 64 * 1024;

    private const string Format = "pelago-repository-1";

    internal static bool IsOne(JsonObject document) => document.String("format") == Format;

    /// <param name="privateKey">PEM, of an elliptic curve.</param>
    /// <param name="serial">Must grow with every change; a reader never goes back.</param>
    public static JsonObject Sign(ReadOnlySpan<byte> document, string file, string privateKey, long serial)
    {
        using ECDsa key = Import(privateKey);
        var index = new JsonObject
        {
            ["format"] = Format, ["serial"] = serial, ["key"] = key.ExportSubjectPublicKeyInfoPem(),
            ["document"] = new JsonObject { ["file"] = file, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(document)), ["size"] = document.Length },
        };
        try
        {
            index["signature"] = Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(CanonicalJson.Of(index)), HashAlgorithmName.SHA256));
            return index;
        }
        catch (CryptographicException)
        {
            throw new RepositoryException("the key is a public one: the private one that belongs to it signs");
        }
    }

    /// <summary>What the index names, when the signature is that of the key. Throws a <see cref="RepositoryException"/> when it is not.</summary>
    internal static SignedDocument Verify(JsonObject index, string publicKey)
    {
        var signed = (JsonObject)index.DeepClone();
        signed.Remove("signature");
        using ECDsa key = Import(publicKey);
        if (!TryDecode(index.String("signature"), out byte[] signature) || !key.VerifyData(Encoding.UTF8.GetBytes(CanonicalJson.Of(signed)), signature, HashAlgorithmName.SHA256))
            throw new RepositoryException($"its signature is not that of the key {Fingerprint(publicKey)}");
        string file = index.Object("document")?.String("file") ?? "";
        if (file.Length == 0 || file != Path.GetFileName(file) || file.StartsWith('.'))
            throw new RepositoryException($"it names a document that is not beside it: \"{file}\"");
        return new SignedDocument(file, index.Object("document")!.String("sha256") ?? "", index.Object("document")!.Integer("size") ?? 0, index.Integer("serial") ?? 0, key.ExportSubjectPublicKeyInfoPem());
    }

    /// <summary>The key that an index says it was signed with; null for none.</summary>
    internal static string? KeyOf(JsonObject index) => index.String("key");

    /// <summary>Of a public key, as people compare it.</summary>
    public static string Fingerprint(string publicKey)
    {
        using ECDsa key = Import(publicKey);
        return $"SHA256:{Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))}";
    }

    private static ECDsa Import(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new RepositoryException("the key is no PEM of an elliptic curve that can be read without a passphrase: 'openssl ecparam -name prime256v1 -genkey -noout -out FILE' makes one");
        }
    }

    private static bool TryDecode(string? base64, out byte[] bytes)
    {
        bytes = new byte[base64?.Length ?? 0];
        bool decoded = Convert.TryFromBase64String(base64 ?? "", bytes, out int written);
        Array.Resize(ref bytes, written);
        return decoded && written > 0;
    }
}
