// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Resources;

/// <summary>A POST to a resource or subresource that is not stored.</summary>
internal sealed record HandlerRequest
{
    public required ResourceRequest Resource { get; init; }

    /// <summary>JSON, as the client sent it, at most 3 MiB; not yet parsed. Empty when there was none.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
    public WriteOptions Options { get; init; } = WriteOptions.None;
}

/// <summary>
/// Answers the POSTs of one resource or subresource that the store does not hold: reviews, eviction, binding, token.
/// Registered in <see cref="HandlerTable"/> under <c>tokenreviews.authentication.k8s.io</c> or <c>pods/eviction</c>.
/// </summary>
internal interface IResourceHandler
{
    ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel);
}
