// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;

namespace Pelago.Engine.Authentication;

/// <summary>The two groups that say whether somebody logged in.</summary>
internal static class StandardGroups
{
    public const string Authenticated = "system:authenticated";
    public const string Unauthenticated = "system:unauthenticated";

    /// <summary>The user as a member of <c>system:authenticated</c>, unless an authenticator already put it in one of the two.</summary>
    public static UserInfo WithAuthenticated(UserInfo user) =>
        user.Groups.Contains(Authenticated) || user.Groups.Contains(Unauthenticated) ? user : user with { Groups = [.. user.Groups, Authenticated] };
}
