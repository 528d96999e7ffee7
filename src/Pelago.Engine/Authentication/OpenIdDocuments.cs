// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Certificates;
using Pelago.Kube;

namespace Pelago.Engine.Authentication;

/// <summary>
/// What others need to verify ServiceAccount tokens themselves: <c>/.well-known/openid-configuration</c> and <c>/openid/v1/jwks</c>.
/// Both are served with <c>Cache-Control: public, max-age=3600</c>.
/// </summary>
internal static class OpenIdDocuments
{
    public const string ConfigurationPath = "/.well-known/openid-configuration";
    public const string KeysPath = "/openid/v1/jwks";
    public const string KeysMediaType = "application/jwk-set+json";
    public const string CacheControl = "public, max-age=3600";

    public static byte[] Configuration(ServiceAccountKey key, Uri server) => KubeJson.ToUtf8(new JsonObject
    {
        ["issuer"] = ServiceAccountTokenIssuer.Issuer,
        ["jwks_uri"] = new Uri(server, KeysPath).ToString(),
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray(key.Algorithm),
    });

    public static byte[] Keys(ServiceAccountKey key)
    {
        Microsoft.IdentityModel.Tokens.JsonWebKey web = key.ToJsonWebKey();
        var json = new JsonObject { ["use"] = web.Use, ["kty"] = web.Kty, ["kid"] = web.Kid, ["alg"] = web.Alg };
        if (web.Kty == "EC")
        {
            json["crv"] = web.Crv;
            json["x"] = web.X;
            json["y"] = web.Y;
        }
        else
        {
            json["n"] = web.N;
            json["e"] = web.E;
        }

        return KubeJson.ToUtf8(new JsonObject { ["keys"] = new JsonArray(json) });
    }
}
