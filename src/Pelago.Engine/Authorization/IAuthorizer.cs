// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;

namespace Pelago.Engine.Authorization;

/// <summary>What is asked for; for non-resource paths <see cref="Path"/> and the verb only.</summary>
internal readonly record struct AccessAttributes(
    UserInfo User, string Verb, string Namespace = "", string Group = "", string Version = "", string Resource = "", string Subresource = "",
    string Name = "", string? Path = null);

internal readonly record struct AccessDecision(bool Allowed, string Reason);

/// <summary>Decides whether a user may do a thing. Two implementations: RBAC, and everything-allowed for tests of the pipeline alone.</summary>
internal interface IAuthorizer
{
    AccessDecision Authorize(in AccessAttributes attributes);
}
