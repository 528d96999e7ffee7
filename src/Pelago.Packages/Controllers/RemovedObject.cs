// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Controllers;

/// <summary>What an uninstall does with one object, for people.</summary>
/// <param name="Goes">Else it stays.</param>
/// <param name="LosesData">It goes with data that cannot be had again.</param>
/// <param name="Note">What there is to say of it, as why it stays; empty for nothing.</param>
public sealed record RemovedObject(string Kind, string Name, bool Goes, bool LosesData, string Note);
