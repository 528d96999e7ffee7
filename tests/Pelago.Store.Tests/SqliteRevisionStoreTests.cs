// SPDX-License-Identifier: Apache-2.0

using Pelago.TestKit.Store;

namespace Pelago.Store.Tests;

public sealed class SqliteRevisionStoreTests : StoreContract
{
    private readonly StateFolder _folder = new();

    /// <summary>Without waiting for the disk: the contract is about semantics, and the crash tests are about durability.</summary>
    protected override Task<IRevisionStore> OpenAsync(StoreOptions options) =>
        SqliteRevisionStore.OpenAsync(_folder.StateFile, options with { Durability = Durability.Fast }, Cancel);

    protected override ValueTask CleanUpAsync()
    {
        _folder.Dispose();
        return default;
    }
}
