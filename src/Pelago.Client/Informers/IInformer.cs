// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client;

/// <summary>What informers of every type have in common, for those who start them and wait for them.</summary>
public interface IInformer
{
    GroupVersionResource Resource { get; }

    /// <summary>True once the first list is in the cache and every handler has seen it.</summary>
    bool HasSynced { get; }

    Task WaitForSyncAsync(CancellationToken cancel);

    /// <summary>Lists and watches until cancelled. Once for each informer.</summary>
    Task RunAsync(CancellationToken cancel);
}
