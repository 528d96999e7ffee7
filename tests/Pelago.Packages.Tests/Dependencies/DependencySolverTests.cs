// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Xunit;

namespace Pelago.Packages.Tests.Dependencies;

public sealed class DependencySolverTests
{
    [Fact]
    public void What_is_needed_is_chosen_in_the_order_in_which_it_is_installed()
    {
        Resolution found = Solve("web 1: cache, store 2", "cache 3: store", "cache 2", "store 2: disk", "store 1", "disk 1");

        Assert.Equal(["disk 1", "store 2", "cache 3"], found.Packages.Select(Text));
        Assert.Equal("web 1 needs cache; it is the first of those that there are", found.Packages[2].Why);
        Assert.Equal("r", found.Packages[0].Repository);
    }

    [Fact]
    public void A_version_that_not_all_take_is_passed_over_and_that_is_said()
    {
        Resolution found = Solve("web 1: cache, store 1", "cache 3: store 2", "cache 2: store 1", "store 2", "store 1");

        Assert.Equal(["store 1", "cache 2"], found.Packages.Select(Text));
        Assert.Equal("web 1 needs cache; 3 needs what cannot be had with the others", found.Packages[1].Why);
        Assert.Equal("web 1 needs store 1, cache 2 needs store 1; 2 will not do: web 1 needs store 1", found.Packages[0].Why);
    }

    [Fact]
    public void A_choice_that_leads_nowhere_is_taken_back()
    {
        // The newest a wants the newest c, and only the old b goes with it.
        Resolution found = Solve("web 1: a, b", "a 2: c 2", "a 1: c 1", "b 2: c 3", "b 1: c 2 3", "c 3", "c 2", "c 1");

        Assert.Equal(["c 2", "a 2", "b 1"], found.Packages.Select(Text));
    }

    [Fact]
    public void What_is_installed_counts()
    {
        Resolution found = Solve([new InstalledPackage("db", "store", "1")], "web 1: store 1 2", "store 2");

        Assert.Empty(found.Packages);
        Assert.Empty(found.Conflict);
    }

    [Fact]
    public void What_is_installed_in_a_version_that_does_not_fit_says_how_to_go_on()
    {
        Resolution found = Solve([new InstalledPackage("db", "store", "1")], "web 1: store 2", "store 3", "store 2");

        Assert.Equal(
            ["web 1 cannot be installed: there is no store for all that need it (web needs store)", "web 1 needs store 2", "db is store 1", "what to do: 'pelago package upgrade db --package-version 2' first"],
            found.Conflict);
    }

    [Fact]
    public void Needs_that_stand_against_each_other_are_named_with_whom_they_are_of()
    {
        Resolution found = Solve("web 1: a, b", "a 1: c 1", "b 1: c 2", "c 2", "c 1");

        Assert.Equal("web 1 cannot be installed: there is no c for all that need it (web needs a needs c)", found.Conflict[0]);
        Assert.Contains("a 1 needs c 1", found.Conflict);
        Assert.Contains("b 1 needs c 2", found.Conflict);
        Assert.Equal("what to do: take another version of a or b that agrees with the rest: 'pelago package describe a --package-versions' lists them", found.Conflict[^1]);
    }

    [Fact]
    public void What_no_repository_has_is_said_with_what_to_do()
    {
        Resolution absent = Solve("web 1: a", "a 1: nothing");
        Resolution version = Solve("web 1: a 7", "a 2", "a 1");

        Assert.Contains("no repository has a package nothing", absent.Conflict);
        Assert.Contains("(web needs a needs nothing)", absent.Conflict[0], StringComparison.Ordinal);
        Assert.Contains("pelago package repo add", absent.Conflict[^1], StringComparison.Ordinal);
        Assert.StartsWith("what to do: of a there is 2, 1; fetch the repositories anew", version.Conflict[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web 1: a", "a 1: web")]
    [InlineData("web 1: a", "a 1: a")]
    [InlineData("web 1: a", "a 1: b", "b 1: a")]
    [InlineData("web 1: a", "a 1: b", "b 1: c", "c 1: a")]
    public void Packages_that_need_each_other_in_a_circle_are_refused(params string[] universe)
    {
        Resolution found = Solve(universe);

        Assert.Empty(found.Packages);
        Assert.Contains("in a circle", found.Conflict[^1], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_puzzle_without_an_end_is_given_up()
    {
        // 30 packages of ten versions that all need a thing in versions that exclude each other.
        string[] puzzle =
        [
            $"web 1: {string.Join(", ", Enumerable.Range(0, 30).Select(i => $"p{i}"))}, last",
            .. Enumerable.Range(0, 30).SelectMany(i => Enumerable.Range(0, 10).Select(version => $"p{i} {version}")), "last 1: p29 x",
        ];

        Resolution found = await Task.Run(() => Solve(puzzle), TestContext.Current.CancellationToken);

        Assert.Empty(found.Packages);
        Assert.Contains("combinations were tried", found.Conflict[^1], StringComparison.Ordinal);
    }

    private static string Text(NeededPackage needed) => $"{needed.Package.Name} {needed.Package.Version}";

    private static Resolution Solve(params string[] universe) => Solve([], universe);

    /// <summary>Packages as <c>name version: need version version, need</c>; the first one is what is wanted.</summary>
    private static Resolution Solve(InstalledPackage[] installed, params string[] universe)
    {
        PackageRevision[] all = [.. universe.Select(Read)];
        return new DependencySolver(installed, name => [.. all.Skip(1).Where(one => one.Name == name).Select(one => new DependencyCandidate(one.Version, "r", () => one))]).Solve(all[0]);
    }

    private static PackageRevision Read(string line)
    {
        string[] parts = line.Split(": "), name = parts[0].Split(' ');
        var needs = new JsonArray();
        foreach (string[] need in parts.Length > 1 ? parts[1].Split(", ").Select(need => need.Split(' ')) : [])
        {
            var json = new JsonObject { ["name"] = need[0] };
            if (need.Length > 1)
                json["versions"] = new JsonArray([.. need.Skip(1).Select(version => (JsonNode)version)]);
            needs.Add((JsonNode)json);
        }

        return new PackageRevision(0, new JsonObject { ["name"] = name[0], ["version"] = name[1], ["dependencies"] = needs });
    }
}
