// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Store;

/// <summary>The objects of one resource right after <paramref name="LastRevision"/>, the last revision that changed any of them.</summary>
internal sealed record PublishedState(PersistentMap<ObjectKey, StoredObject> Objects, long LastRevision);
