// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pelago.Engine.Certificates;
using Pelago.Engine.Requests;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Verifies ServiceAccount tokens. A signature is checked once for a token; that it has not expired and that what it is
/// bound to is still there is checked every time.
/// </summary>
internal sealed class ServiceAccountTokens : ITokenAuthenticator
{
    private const int MostKept = 16384;
    private const int LongestToken = 16 * 1024;

    // the leeway that upstream's library has for clocks that differ
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    private readonly IRevisionStore _store;
    private readonly TimeProvider _time;
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = LongestToken };
    private readonly TokenValidationParameters _rules;
    private readonly ConcurrentDictionary<TokenDigest, Known> _known = [];

    public ServiceAccountTokens(IRevisionStore store, ServiceAccountKey key, TimeProvider time)
    {
        _store = store;
        _time = time;
        _rules = new TokenValidationParameters
        {
            ValidIssuer = ServiceAccountTokenIssuer.Issuer,
            IssuerSigningKey = key.SecurityKey,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256],

            // audiences and expiry depend on the request and on the clock of this server: see AuthenticateAsync
            ValidateAudience = false,
            ValidateLifetime = false,
        };
    }

    public async ValueTask<AuthenticationResult> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        var digest = TokenDigest.Of(token);
        if (!_known.TryGetValue(digest, out Known? known))
        {
            if (await VerifyAsync(token) is not { } claims)
                return AuthenticationResult.NoCredential;
            known = new Known(claims, UserOf(claims), Bindings(claims));
            Keep(digest, known);
        }

        DateTimeOffset now = _time.GetUtcNow();
        if (now > known.Claims.Expires + Leeway)
            return AuthenticationResult.BadCredential;
        string[] both = [.. audiences.Intersect(known.Claims.Audiences)];
        if (both.Length == 0)
            return AuthenticationResult.BadCredential;
        foreach (BoundObject bound in known.Bindings)
        {
            if (!bound.IsAlive(now))
                return AuthenticationResult.BadCredential;
        }

        return AuthenticationResult.Of(known.User, both);
    }

    private async Task<ServiceAccountClaims?> VerifyAsync(string token)
    {
        if (token.Length > LongestToken || !_handler.CanReadToken(token))
            return null;
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, _rules);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken verified)
            return null;
        try
        {
            JsonObject payload = KubeJson.ParseObject(Base64UrlEncoder.DecodeBytes(verified.EncodedPayload));
            ServiceAccountClaims? claims = ServiceAccountClaims.Read(payload);
            bool early = payload.Integer("nbf") is { } start && DateTimeOffset.FromUnixTimeSeconds(start) - Leeway > _time.GetUtcNow();
            return early ? null : claims;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private BoundObject[] Bindings(ServiceAccountClaims claims)
    {
        string ns = claims.Namespace;
        var bound = new List<BoundObject> { new(_store.Resource("serviceaccounts"), new ObjectKey(ns, claims.ServiceAccount.Name), claims.ServiceAccount.Uid) };
        if (claims.Pod is { } pod)
            bound.Add(new BoundObject(_store.Resource("pods"), new ObjectKey(ns, pod.Name), pod.Uid));
        if (claims.Secret is { } secret)
            bound.Add(new BoundObject(_store.Resource("secrets"), new ObjectKey(ns, secret.Name), secret.Uid));

        // a pod's token names its node for information only; it ends with the pod
        if (claims.Node is { } node && claims.Pod is null)
            bound.Add(new BoundObject(_store.Resource("nodes"), new ObjectKey("", node.Name), node.Uid));
        return [.. bound];
    }

    private static UserInfo UserOf(ServiceAccountClaims claims)
    {
        const string Prefix = "authentication.kubernetes.io/";
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        if (claims.Id.Length > 0)
            extra[$"{Prefix}credential-id"] = [$"JTI={claims.Id}"];
        if (claims.Pod is { } pod)
        {
            extra[$"{Prefix}pod-name"] = [pod.Name];
            extra[$"{Prefix}pod-uid"] = [pod.Uid];
        }

        if (claims.Node is { } node)
        {
            extra[$"{Prefix}node-name"] = [node.Name];
            extra[$"{Prefix}node-uid"] = [node.Uid];
        }

        string ns = claims.Namespace;
        string name = claims.ServiceAccount.Name;
        return new UserInfo(ServiceAccountNames.User(ns, name), claims.ServiceAccount.Uid, [.. ServiceAccountNames.Groups(ns), StandardGroups.Authenticated], extra);
    }

    private void Keep(TokenDigest digest, Known known)
    {
        if (_known.Count >= MostKept)
            _known.Clear();
        _known[digest] = known;
    }

    private sealed record Known(ServiceAccountClaims Claims, UserInfo User, BoundObject[] Bindings);
}
