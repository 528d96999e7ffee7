// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>
/// Who asks and whether they may. <paramref name="Authenticate"/> gives null for 401; <paramref name="Impersonate"/> gives whom the request
/// counts as, or why it must not.
/// </summary>
internal sealed record AccessControl(
    Func<HttpContext, CancellationToken, ValueTask<UserInfo?>> Authenticate,
    Func<HttpRequest, UserInfo, (UserInfo User, ApiStatus? Refused)> Impersonate,
    IAuthorizer Authorizer)
{
    private static readonly UserInfo Everybody = UserInfo.System("kubernetes-admin");

    /// <summary>Everybody is the administrator: for tests of the pipeline alone.</summary>
    public static readonly AccessControl Open = new(static (_, _) => new(Everybody), static (_, user) => (user, null), new OpenAuthorizer());

    private sealed class OpenAuthorizer : IAuthorizer
    {
        public AccessDecision Authorize(in AccessAttributes attributes) => new(Allowed: true, "");
    }
}
