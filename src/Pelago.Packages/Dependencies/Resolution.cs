// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Dependencies;

/// <summary>What is to be installed, those that others need first; or in words why nothing is.</summary>
/// <param name="Conflict">What stands against each other, and last what can be done; empty when it was resolved.</param>
public sealed record Resolution(IReadOnlyList<NeededPackage> Packages, IReadOnlyList<string> Conflict);
