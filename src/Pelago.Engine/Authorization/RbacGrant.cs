// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Authorization;

/// <summary>The rules that one subject of one binding gets, and the sentence that names where they come from.</summary>
/// <param name="Error">Why the binding gives nothing: its role is not there. Null normally.</param>
internal sealed record RbacGrant(IReadOnlyList<PolicyRule> Rules, string Reason, string? Error);

/// <summary>What one user or group was given: everywhere, and in single namespaces.</summary>
internal sealed class SubjectGrants
{
    public List<RbacGrant> Cluster { get; } = [];
    public Dictionary<string, List<RbacGrant>> Namespaces { get; } = [];
}
