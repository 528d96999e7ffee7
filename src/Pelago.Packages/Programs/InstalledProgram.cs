// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Programs;

/// <summary>A command line that is installed.</summary>
/// <param name="Verbs">As <c>pelago VERB</c> runs them.</param>
public sealed record InstalledProgram(string Package, string Version, string Sha256, IReadOnlyList<string> Verbs);
