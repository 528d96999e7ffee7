// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Names of the claims of a pod's ephemeral volumes, and of which pod they must be.</summary>
internal sealed record OwnedClaims(string PodName, string PodUid, string[] Claims);
