// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Globalization;
using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// The versions that a controller's own writes gave its objects. One whose cache is behind them counts what it has counted already, or acts again on it
/// (versions of a resource can be compared: KEP-5504). A version that is no number is not judged. Thread-safe.
/// </summary>
internal sealed class OwnWrites
{
    private readonly ConcurrentDictionary<ObjectKey, (string Uid, ulong Version)> _last = new();

    public void Note(ObjectKey key, V1ObjectMeta written)
    {
        if (TryRead(written, out ulong version))
            _last[key] = (written.Uid, version);
    }

    /// <summary>True when the cached object is the one that was written last, or a later one; the change that makes it so is still to come otherwise.</summary>
    public bool AreSeen(ObjectKey key, V1ObjectMeta cached) =>
        !_last.TryGetValue(key, out (string Uid, ulong Version) last) || last.Uid != cached.Uid || !TryRead(cached, out ulong version) || version >= last.Version;

    public void Forget(ObjectKey key) => _last.TryRemove(key, out _);

    private static bool TryRead(V1ObjectMeta metadata, out ulong version) =>
        ulong.TryParse(metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out version);
}
