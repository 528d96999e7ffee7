// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Pelago.Client.Local;

namespace Pelago.Engine.Certificates;

/// <summary>The key that signs ServiceAccount tokens: ECDSA P-256 when made here, RSA when somebody put theirs in its place.</summary>
internal sealed class ServiceAccountKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private ServiceAccountKey(AsymmetricAlgorithm key)
    {
        _key = key;

        // the same id that upstream derives: what a verifier elsewhere finds in the JSON Web Key Set (pkg/serviceaccount/jwt.go)
        KeyId = Base64UrlEncoder.Encode(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        SecurityKey = key is ECDsa elliptic
            ? new ECDsaSecurityKey(elliptic) { KeyId = KeyId }
            : new RsaSecurityKey((RSA)key) { KeyId = KeyId };
    }

    public string KeyId { get; }

    public SecurityKey SecurityKey { get; }

    /// <summary><c>ES256</c> or <c>RS256</c>.</summary>
    public string Algorithm => _key is ECDsa ? SecurityAlgorithms.EcdsaSha256 : SecurityAlgorithms.RsaSha256;

    public static ServiceAccountKey LoadOrCreate(string path)
    {
        if (File.Exists(path))
            return FromPem(File.ReadAllText(path), path);
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AtomicFile.Write(path, key.ExportPkcs8PrivateKeyPem() + "\n");
        return new ServiceAccountKey(key);
    }

    /// <summary>The public part as a JSON Web Key.</summary>
    public JsonWebKey ToJsonWebKey()
    {
        if (_key is ECDsa elliptic)
        {
            ECParameters point = elliptic.ExportParameters(includePrivateParameters: false);
            return new JsonWebKey
            {
                Kty = "EC", Crv = "P-256", X = Base64UrlEncoder.Encode(point.Q.X), Y = Base64UrlEncoder.Encode(point.Q.Y),
                Kid = KeyId, Alg = Algorithm, Use = "sig",
            };
        }

        RSAParameters modulus = ((RSA)_key).ExportParameters(includePrivateParameters: false);
        return new JsonWebKey
        {
            Kty = "RSA", N = Base64UrlEncoder.Encode(modulus.Modulus), E = Base64UrlEncoder.Encode(modulus.Exponent),
            Kid = KeyId, Alg = Algorithm, Use = "sig",
        };
    }

    public void Dispose() => _key.Dispose();

    private static ServiceAccountKey FromPem(string pem, string path)
    {
        try
        {
            var elliptic = ECDsa.Create();
            elliptic.ImportFromPem(pem);
            if (elliptic.KeySize == 256)
                return new ServiceAccountKey(elliptic);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            // not an elliptic key: an RSA one is the other possibility
        }

        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return new ServiceAccountKey(rsa);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException(
                $"cannot use {path} to sign ServiceAccount tokens: it is neither an ECDSA P-256 nor an RSA private key in PEM; "
                + "restore it, or remove it to start with a new key (all tokens become invalid)", fault);
        }
    }
}
