// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Who an object belongs to; in the object's namespace, or cluster-scoped.</summary>
public sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid, bool Controller, bool BlockOwnerDeletion);
