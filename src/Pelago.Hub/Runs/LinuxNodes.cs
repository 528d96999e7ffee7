// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.Runs;

/// <summary>The nodes on which there should be an agent: where none is, a part of history is missing, and that must be said.</summary>
internal sealed class LinuxNodes(IKubeApi api, TimeProvider time, ILogger log)
{
    private readonly Informer<string> _informer = new(
        api, new GroupVersionResource("", "v1", "nodes"), "", new ListQuery { LabelSelector = "kubernetes.io/os=linux", MetadataOnly = true },
        item => KubeObject.Parse(item).Name, InformerOptions.Default, time, log);

    /// <summary>False: the cluster was not heard yet.</summary>
    public bool AreKnown => _informer.HasSynced;

    /// <summary>In order; none before they are known.</summary>
    public IReadOnlyList<string> All => [.. _informer.Cache.List().Order(StringComparer.Ordinal)];

    /// <summary>Watches until cancelled. Once.</summary>
    public Task WatchAsync(CancellationToken cancel) => _informer.RunAsync(cancel);
}
