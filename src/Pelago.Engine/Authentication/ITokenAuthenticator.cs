// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Authentication;

/// <summary>Knows one sort of bearer token: ServiceAccount tokens and the static ones of a file.</summary>
internal interface ITokenAuthenticator
{
    /// <summary>
    /// <see cref="AuthenticationResult.NoCredential"/> when the token is not of this sort. <paramref name="audiences"/>: the token must be
    /// for one of them. The token must not get into a log or an exception.
    /// </summary>
    ValueTask<AuthenticationResult> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel);
}
