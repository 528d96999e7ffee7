// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Format;

namespace Pelago.Packages.Dependencies;

/// <summary>
/// Finds versions of all that a package needs, directly and by what it needs in turn: what is installed counts, of the rest the first candidate that all who
/// need it take. A choice that leads nowhere is taken back and the next one tried, within bounds. For one resolution.
/// </summary>
/// <param name="candidates">What there is of a package by its name, in order of preference.</param>
public sealed class DependencySolver(IReadOnlyList<InstalledPackage> installed, Func<string, IReadOnlyList<DependencyCandidate>> candidates)
{
    private const int MaxTries = 10_000;
    private const int MaxPackages = 100;
    private readonly List<Need> _needs = [];
    private readonly Dictionary<string, Choice> _chosen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<DependencyCandidate>> _candidates = new(StringComparer.Ordinal);
    private PackageRevision _root = null!;
    private DependencyConflict? _conflict;
    private int _tries;

    public Resolution Solve(PackageRevision package)
    {
        _root = package;
        AddNeeds(package);
        if (Next())
            return new Resolution(Ordered(), []);
        return new Resolution([], _tries > MaxTries
            ? [.. _conflict!.Words(package), $"{MaxTries} combinations were tried and none fits; it is given up"]
            : _conflict!.Words(package));
    }

    /// <summary>Decides the next package that is needed and not decided; false when it cannot be with what was decided before.</summary>
    private bool Next()
    {
        Need? open = _needs.Find(need => !IsMet(need));
        if (open is null)
            return true;
        string name = open.What.Name;
        Need[] needs = [.. _needs.Where(need => need.What.Name == name)];
        var passed = new List<string>();
        InstalledPackage? present = installed.FirstOrDefault(one => one.Package == name);
        if (present is null && name != _root.Name && _chosen.Count < MaxPackages)
        {
            foreach (DependencyCandidate candidate in Candidates(name))
            {
                if (++_tries > MaxTries)
                    break;
                if (TryChoose(candidate, name, needs, passed))
                    return true;
            }
        }

        // The first one was met with the versions that everybody would take.
        _conflict ??= new DependencyConflict(name, needs, present, [.. Candidates(name).Select(candidate => candidate.Version)], passed, Chain(open));
        return false;
    }

    private bool TryChoose(DependencyCandidate candidate, string name, Need[] needs, List<string> passed)
    {
        if (needs.FirstOrDefault(need => !need.What.Fits(candidate.Version)) is { } other)
        {
            passed.Add($"{candidate.Version} will not do: {other}");
            return false;
        }

        PackageRevision revision = candidate.Read();
        if (Objection(revision) is { } objection)
        {
            passed.Add($"{candidate.Version} {objection}");
            return false;
        }

        int before = _needs.Count;
        _chosen[name] = new Choice(revision, candidate.Repository, [.. passed]);
        AddNeeds(revision);
        if (Next())
            return true;
        _needs.RemoveRange(before, _needs.Count - before);
        _chosen.Remove(name);
        passed.Add($"{candidate.Version} needs what cannot be had with the others");
        return false;
    }

    /// <summary>What of that which was decided already stands against a candidate.</summary>
    private string? Objection(PackageRevision candidate)
    {
        foreach (Dependency need in Dependency.Of(candidate.Package))
        {
            if (need.Name == candidate.Name || need.Name == _root.Name || Reaches(need.Name, candidate.Name, []))
                return $"needs {need}, which needs {(need.Name == _root.Name ? candidate.Name : "it")} in turn";
            if (_chosen.TryGetValue(need.Name, out Choice? chosen) && !need.Fits(chosen.Package.Version))
                return $"needs {need}, and {need.Name} is {chosen.Package.Version}: {NeedsOf(need.Name)[0]}";
        }

        return null;
    }

    private bool Reaches(string from, string to, HashSet<string> seen) =>
        seen.Add(from) && _chosen.TryGetValue(from, out Choice? chosen) && Dependency.Of(chosen.Package.Package).Any(need => need.Name == to || Reaches(need.Name, to, seen));

    private bool IsMet(Need need) =>
        installed.Any(one => one.Package == need.What.Name && need.What.Fits(one.Version)) || (_chosen.TryGetValue(need.What.Name, out Choice? chosen) && need.What.Fits(chosen.Package.Version));

    private void AddNeeds(PackageRevision package) => _needs.AddRange(Dependency.Of(package.Package).Select(need => new Need(package.Name, package.Version, need)));

    private IReadOnlyList<DependencyCandidate> Candidates(string name)
    {
        if (!_candidates.TryGetValue(name, out IReadOnlyList<DependencyCandidate>? found))
            _candidates[name] = found = candidates(name);
        return found;
    }

    private Need[] NeedsOf(string name) => [.. _needs.Where(need => need.What.Name == name)];

    /// <summary>By way of whom a package is needed: <c>a needs b needs c</c>.</summary>
    private string Chain(Need need)
    {
        var names = new List<string> { need.What.Name, need.By };
        while (names[^1] != _root.Name && _needs.Find(other => other.What.Name == names[^1]) is { } above && !names.Contains(above.By))
            names.Add(above.By);
        names.Reverse();
        return string.Join(" needs ", names);
    }

    private List<NeededPackage> Ordered()
    {
        var ordered = new List<NeededPackage>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (Dependency need in Dependency.Of(_root.Package))
            Add(need.Name);
        return ordered;

        void Add(string name)
        {
            if (!done.Add(name) || !_chosen.TryGetValue(name, out Choice? choice))
                return;
            foreach (Dependency need in Dependency.Of(choice.Package.Package))
                Add(need.Name);
            ordered.Add(new NeededPackage(choice.Package, choice.Repository, Why(name, choice)));
        }
    }

    private string Why(string name, Choice choice)
    {
        string needed = string.Join(", ", NeedsOf(name).Select(need => need.ToString()).Distinct());
        return choice.PassedOver.Count == 0 ? $"{needed}; it is the first of those that there are" : $"{needed}; {string.Join("; ", choice.PassedOver)}";
    }

    private sealed record Choice(PackageRevision Package, string Repository, IReadOnlyList<string> PassedOver);
}
