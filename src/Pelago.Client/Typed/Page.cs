// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>The objects of a list, of one page or of all, and what it takes to go on from there.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string ResourceVersion, string? Continue);
