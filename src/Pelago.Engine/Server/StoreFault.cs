// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Server;

/// <summary>What everybody is told of a store that fails: its message has a path of the machine and is for who runs it, in the log.</summary>
internal static class StoreFault
{
    public static ApiStatus Answer(StoreFailedException failed) => ApiStatus.Internal($"the store refused the request: {failed.Cause}; it may be tried again");
}
