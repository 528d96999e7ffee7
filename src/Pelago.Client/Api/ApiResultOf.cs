// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>A decoded answer, or the Status that says why there is none.</summary>
public readonly record struct ApiResult<T>(T? Value, ApiStatus? Error)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    public bool IsNotFound => Error is { IsNotFound: true };
    public bool IsConflict => Error is { IsConflict: true };
    public bool IsAlreadyExists => Error is { IsAlreadyExists: true };

    /// <summary>The value, or an <see cref="ApiStatusException"/> for callers that cannot go on without it.</summary>
    public T ValueOrThrow() => Error is null ? Value! : throw new ApiStatusException(Error);
}
