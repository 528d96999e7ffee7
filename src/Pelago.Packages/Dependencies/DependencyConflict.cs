// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Format;

namespace Pelago.Packages.Dependencies;

/// <summary>Why a package that is needed cannot be had, and what can be done.</summary>
/// <param name="Present">The package is installed, in another version.</param>
/// <param name="Versions">All that there are, in order of preference.</param>
/// <param name="Passed">What stood against each version that was looked at.</param>
/// <param name="Chain">By way of whom it is needed.</param>
internal sealed record DependencyConflict(string Name, IReadOnlyList<Need> Needs, InstalledPackage? Present, IReadOnlyList<string> Versions, IReadOnlyList<string> Passed, string Chain)
{
    private const int MaxPassed = 8;

    /// <summary>A line each; the last one says what to do.</summary>
    public IReadOnlyList<string> Words(PackageRevision root)
    {
        string first = $"{root.Name} {root.Version} cannot be installed: there is no {Name} for all that need it ({Chain})";
        return [first, .. Needs.Select(need => need.ToString()).Distinct(), .. Findings(), $"what to do: {Advice(root)}"];
    }

    private IEnumerable<string> Findings()
    {
        if (Present is not null)
            yield return $"{Present.Installation} is {Name} {Present.Version}";
        else if (Versions.Count == 0)
            yield return $"no repository has a package {Name}";
        foreach (string passed in Passed.Take(MaxPassed))
            yield return $"{Name} {passed}";
        if (Passed.Count > MaxPassed)
            yield return $"{Name}: {Passed.Count - MaxPassed} more versions will not do either";
    }

    private string Advice(PackageRevision root)
    {
        string? common = Versions.FirstOrDefault(version => Needs.All(need => need.What.Fits(version)));
        if (Name == root.Name || (Passed.Count > 0 && Passed.All(passed => passed.EndsWith("in turn", StringComparison.Ordinal))))
            return $"packages that need each other in a circle can only be mended by who makes them; another version of {root.Name} may not have it: 'pelago package describe {root.Name} --package-versions'";
        if (Present is not null)
        {
            return common is null
                ? $"no version of {Name} that there is suits all of them; another version of {root.Name} may: --package-version"
                : $"'pelago package upgrade {Present.Installation} --package-version {common}' first";
        }

        if (Versions.Count == 0)
            return $"add a repository that has it ('pelago package repo add NAME URI'), or fetch those that there are anew ('pelago package repo update')";
        if (common is not null)
            return $"{Name} {common} suits them, and what it needs in turn does not; another version of {root.Name} may have others: --package-version";
        string others = string.Join(" or ", Needs.Select(need => need.By).Distinct());
        return Needs.Count == 1
            ? $"of {Name} there is {string.Join(", ", Versions.Take(MaxPassed))}; fetch the repositories anew ('pelago package repo update'), or take another version of {others}"
            : $"take another version of {others} that agrees with the rest: 'pelago package describe {Needs[0].By} --package-versions' lists them";
    }
}
