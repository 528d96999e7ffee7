// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Authentication;

/// <summary>
/// An object that a token lives and dies with: it must be there with the uid of the token, and not be deleted for more than a minute.
/// Remembers the last object that it looked at, so that an unchanged one costs one look-up.
/// </summary>
internal sealed class BoundObject(IResourceStore resource, ObjectKey key, string uid)
{
    // a pod that shuts down may still need its token (upstream pkg/serviceaccount/claims.go)
    private static readonly TimeSpan GraceAfterDeletion = TimeSpan.FromSeconds(60);
    private Seen? _seen;

    public bool IsAlive(DateTimeOffset now)
    {
        if (resource.Current.Get(key) is not { } stored)
            return false;
        Seen? seen = Volatile.Read(ref _seen);
        if (seen is null || !ReferenceEquals(seen.Stored, stored))
            Volatile.Write(ref _seen, seen = Look(stored));
        return seen.Fits && (seen.Until is not { } until || now <= until);
    }

    private Seen Look(StoredObject stored)
    {
        var current = KubeObject.Parse(stored.Json);
        DateTimeOffset? until = DateTimeOffset.TryParse(current.DeletionTimestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset deleted)
            ? deleted + GraceAfterDeletion
            : null;
        return new Seen(stored, current.Uid == uid, until);
    }

    private sealed record Seen(StoredObject Stored, bool Fits, DateTimeOffset? Until);
}
