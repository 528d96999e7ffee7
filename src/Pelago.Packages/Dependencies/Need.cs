// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Dependencies;

/// <summary>Somebody's need of a package.</summary>
internal sealed record Need(string By, string Version, Dependency What)
{
    public override string ToString() => $"{By} {Version} needs {What}";
}
