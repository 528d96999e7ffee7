// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;

namespace Pelago.Engine.Authentication;

/// <summary>
/// What one authenticator says of a request: who it is, that the shown credential is bad, or nothing because it was shown none.
/// <paramref name="Audiences"/> are those of the asked ones that a token is meant for.
/// </summary>
internal readonly record struct AuthenticationResult(UserInfo? User, bool IsBad, IReadOnlyList<string> Audiences)
{
    public static readonly AuthenticationResult NoCredential = new(null, IsBad: false, []);
    public static readonly AuthenticationResult BadCredential = new(null, IsBad: true, []);

    public static AuthenticationResult Of(UserInfo user) => new(user, IsBad: false, []);

    public static AuthenticationResult Of(UserInfo user, IReadOnlyList<string> audiences) => new(user, IsBad: false, audiences);
}
