// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pelago.Engine.Certificates;
using Pelago.Kube;

namespace Pelago.Engine.Authentication;

/// <summary>Makes ServiceAccount tokens: JSON Web Tokens signed with the cluster's key. A token is a secret; it goes to nobody but the caller.</summary>
internal sealed class ServiceAccountTokenIssuer(ServiceAccountKey key, TimeProvider time)
{
    /// <summary>The <c>iss</c> of bound tokens, and the audience that they are for when none is asked for: the API server itself.</summary>
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _credentials = new(key.SecurityKey, key.Algorithm);

    /// <summary><paramref name="warnAfter"/> is when its holder should have fetched the next one, when that is before the end.</summary>
    public string IssueBound(ServiceAccountClaims claims, DateTimeOffset expires, DateTimeOffset? warnAfter)
    {
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        var bound = new JsonObject { ["namespace"] = claims.Namespace, ["serviceaccount"] = claims.ServiceAccount.ToJson() };
        if (claims.Pod is { } pod)
            bound["pod"] = pod.ToJson();
        if (claims.Secret is { } secret)
            bound["secret"] = secret.ToJson();
        if (claims.Node is { } node)
            bound["node"] = node.ToJson();
        if (warnAfter is { } warn)
            bound["warnafter"] = warn.ToUnixTimeSeconds();
        return Sign(new JsonObject
        {
            ["aud"] = new JsonArray([.. claims.Audiences.Select(audience => (JsonNode)audience)]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now,
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = bound,
            ["nbf"] = now,
            ["sub"] = ServiceAccountNames.User(claims.Namespace, claims.ServiceAccount.Name),
        });
    }

    private string Sign(JsonObject payload) => _handler.CreateToken(System.Text.Encoding.UTF8.GetString(KubeJson.ToUtf8(payload)), _credentials);
}
