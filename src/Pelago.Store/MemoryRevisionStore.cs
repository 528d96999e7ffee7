// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>A store without a file, for tests and throw-away clusters: the semantics of <see cref="SqliteRevisionStore"/>, and nothing survives.</summary>
public static class MemoryRevisionStore
{
    /// <summary>A new, empty store.</summary>
    public static IRevisionStore Create(StoreOptions? options = null) =>
        new RevisionStore(new MemoryLog(), LoadedState.Empty, options ?? new StoreOptions());
}
