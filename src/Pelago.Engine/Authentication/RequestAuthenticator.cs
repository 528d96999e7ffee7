// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Requests;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Finds out who asks. Tried in upstream's order, first success wins: front-proxy headers, client certificate, bearer token. A request
/// that shows a credential and succeeds with none is 401; one that shows none is <c>system:anonymous</c>.
/// </summary>
internal sealed class RequestAuthenticator(FrontProxy frontProxy, ClientCertificates certificates, IReadOnlyList<ITokenAuthenticator> tokens)
{
    /// <summary>The audiences of tokens that are for this API server.</summary>
    public static readonly IReadOnlyList<string> ApiAudiences = [ServiceAccountTokenIssuer.Issuer];

    /// <summary>
    /// Null: 401 Unauthorized. Removes the credentials from the request's headers (Authorization and every X-Remote one), so that nothing
    /// behind this point can pass them on.
    /// </summary>
    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancel)
    {
        bool bad = false;
        UserInfo? user = null;
        if (http.Connection.ClientCertificate is { } certificate)
            user = ByCertificate(certificate, http.Request.Headers, ref bad);
        FrontProxy.Strip(http.Request.Headers);
        string? token = BearerToken.Take(http.Request);
        if (user is null && token is not null)
        {
            user = (await AuthenticateTokenAsync(token, ApiAudiences, cancel)).User;
            bad |= user is null;
        }

        return user ?? (bad ? null : UserInfo.Anonymous);
    }

    /// <summary>For TokenReview too.</summary>
    public async ValueTask<AuthenticationResult> AuthenticateTokenAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        foreach (ITokenAuthenticator authenticator in tokens)
        {
            AuthenticationResult result = await authenticator.AuthenticateAsync(token, audiences, cancel);
            if (result.User is { } user)
                return result with { User = StandardGroups.WithAuthenticated(user) };
        }

        return AuthenticationResult.BadCredential;
    }

    private UserInfo? ByCertificate(X509Certificate2 certificate, IHeaderDictionary headers, ref bool bad)
    {
        AuthenticationResult result = frontProxy.Authenticate(certificate, headers);
        if (result.User is null)
            result = certificates.Authenticate(certificate);
        bad |= result.IsBad;
        return result.User;
    }
}
