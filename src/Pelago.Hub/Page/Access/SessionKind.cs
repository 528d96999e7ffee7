// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Access;

/// <summary>With what a session asks clusters.</summary>
internal enum SessionKind
{
    /// <summary>With what the owner of the home has.</summary>
    Owner,

    /// <summary>With what the owner has, saying that it is for somebody else: the cluster's RBAC decides.</summary>
    Impersonated,

    /// <summary>With tokens that its user gave, one for each cluster.</summary>
    Token,
}
