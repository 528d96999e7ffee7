// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Format;

namespace Pelago.Packages.Dependencies;

/// <summary>A package that is installed because another one needs it.</summary>
/// <param name="Why">For people: who needs it, and why it is this version.</param>
public sealed record NeededPackage(PackageRevision Package, string Repository, string Why);
