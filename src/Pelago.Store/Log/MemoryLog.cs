// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>No log: what is published is all there is.</summary>
internal sealed class MemoryLog : IRevisionLog
{
    public bool NeedsTidying => false;

    public void Append(string resource, StoreEvent change, long expiresAt)
    {
    }

    public void Commit()
    {
    }

    public void Rollback()
    {
    }

    public LogPage? ReadEvents(string resource, long after, long through) => null;

    public bool CompactStep(long target) => true;

    public bool Tidy() => false;

    public void Dispose()
    {
    }
}
