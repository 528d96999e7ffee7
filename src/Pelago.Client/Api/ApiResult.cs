// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client;

/// <summary>What a cluster answered: a document, or the Status that says why not.</summary>
public readonly record struct ApiResult(ReadOnlyMemory<byte> Body, ApiStatus? Error)
{
    public bool IsSuccess => Error is null;

    /// <summary>The body, or an <see cref="ApiStatusException"/> for callers that cannot go on without it.</summary>
    public ReadOnlyMemory<byte> BodyOrThrow() => Error is null ? Body : throw new ApiStatusException(Error);
}
