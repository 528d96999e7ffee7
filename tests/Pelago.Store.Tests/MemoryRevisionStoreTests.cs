// SPDX-License-Identifier: Apache-2.0

using Pelago.TestKit.Store;

namespace Pelago.Store.Tests;

public sealed class MemoryRevisionStoreTests : StoreContract
{
    protected override Task<IRevisionStore> OpenAsync(StoreOptions options) => Task.FromResult(MemoryRevisionStore.Create(options));
}
