// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Repositories;

/// <summary>A repository as it was just received.</summary>
/// <param name="Packages">Those that are whole; null when nothing changed since the last time.</param>
/// <param name="Refused">How many were not.</param>
/// <param name="Key">The key that it is signed with; null when it is not.</param>
internal sealed record FetchedRepository(IReadOnlyList<JsonObject>? Packages, int Refused, string? Tag, long Serial, string? Key);
