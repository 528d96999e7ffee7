// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>
/// One cluster, at the level of bytes: what a Kubernetes API server does, with the engine inside this process or over HTTP.
/// Everything that runs against clusters takes this interface, so it runs unchanged on the embedded engine and on a real one.
/// Failures are values (<see cref="ApiResult.Error"/>); exceptions mean that the cluster could not be asked at all
/// (<see cref="ClusterUnreachableException"/>) or that the call was cancelled.
/// </summary>
public interface IKubeApi
{
    /// <summary>The name people use for this cluster (the kubeconfig context).</summary>
    string Cluster { get; }

    Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel);

    /// <summary>GET of a path that is no resource: <c>/version</c>, and discovery (<c>/api/v1</c>, <c>/apis</c>, <c>/apis/GROUP/VERSION</c>).</summary>
    Task<ApiResult> GetRawAsync(string path, CancellationToken cancel);

    /// <summary>One page: the body is a List document with its <c>metadata.resourceVersion</c> and <c>metadata.continue</c>.</summary>
    Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel);

    /// <summary>
    /// Events after <see cref="ListQuery.ResourceVersion"/> until the server ends the watch. The sequence ends normally then;
    /// a Status (410 Expired among them) arrives as a last event of type ERROR.
    /// </summary>
    IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, CancellationToken cancel);

    /// <summary>POST to a collection, or to a subresource when <paramref name="path"/> has a name (eviction, binding, token).</summary>
    Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel);

    Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel);

    Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel);

    /// <summary>DELETE of one object, or of a collection when <paramref name="path"/> has no name.</summary>
    Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel);
}
