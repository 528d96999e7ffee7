// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Repositories;

/// <summary>A repository that cannot be used now. The message says what was attempted and why it failed.</summary>
public sealed class RepositoryException(string message) : Exception(message)
{
    /// <summary>What its server answered with, when that was the reason; null otherwise.</summary>
    public int? HttpStatus { get; init; }
}
