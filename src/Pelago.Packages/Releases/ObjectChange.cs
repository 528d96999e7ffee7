// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Releases;

/// <summary>What becomes of one object, for people.</summary>
/// <param name="Sign"><c>+</c> it is new, <c>~</c> it changes, <c>-</c> it goes, <c>!</c> the cluster would refuse it.</param>
/// <param name="Fields">Of one that changes: a line for each field.</param>
public sealed record ObjectChange(char Sign, string Kind, string Name, IReadOnlyList<string> Fields);
