// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Carries an <see cref="ApiStatus"/> through code that has no result type for it, and nothing else.</summary>
public sealed class ApiStatusException : Exception
{
    public ApiStatusException(ApiStatus status)
        : base(status.Message) => Status = status;

    public ApiStatus Status { get; }
}
