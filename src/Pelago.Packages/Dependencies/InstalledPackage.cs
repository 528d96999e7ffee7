// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Dependencies;

/// <summary>A package that is there already.</summary>
/// <param name="Installation">By which name it is installed.</param>
public sealed record InstalledPackage(string Installation, string Package, string Version);
