// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using Pelago.Packages.Repositories;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

public sealed partial class RepositoryUpdaterTests
{
    [Fact]
    public async Task A_revision_that_asks_for_a_later_DCOS_is_hidden_and_says_why()
    {
        string Package(string name, string version, int release, string minimum) =>
            $$"""{"packagingVersion": "3.0", "name": "{{name}}", "version": "{{version}}", "releaseVersion": {{release}}, "maintainer": "m", "description": "d", "tags": [], "minDcosReleaseVersion": "{{minimum}}"}""";
        await File.WriteAllTextAsync(
            _home["repo.json"], $"{{\"packages\": [{Package("ship", "1", 0, "1.9")}, {Package("ship", "2", 1, "9999")}, {Package("ship", "1", 2, "9999")}, {Package("raft", "1", 0, "2.3")}]}}", Cancel);
        await _updater.AddAsync(new RepositoryEntry("one", _home["repo.json"], null), null, Cancel);

        var catalog = Catalog.Load(_store);

        Assert.Equal(["ship"], catalog.Names());
        Assert.Equal(["ship 1"], catalog.Search("").Select(found => $"{found.Name} {found.Package.Version}"));
        Assert.Equal(["raft", "ship"], catalog.Search("", hidden: true).Select(found => found.Name));
        // A later release of the same version that is hidden does not stand before the one that is offered.
        Assert.Equal([0L], catalog.Revisions("ship").Select(one => one.Package.ReleaseVersion));
        Assert.Equal(["1 2", "2 1"], catalog.Hidden("ship").Select(one => $"{one.Package.Version} {one.Package.ReleaseVersion}"));
        Assert.Equal("it asks for DC/OS 2.3, and packages here are those for DC/OS 2.2: its keepers hide it by that", catalog.Hidden("raft")[0].Hidden);
    }

    [Fact]
    public async Task Of_a_name_and_version_in_several_repositories_the_first_counts()
    {
        await _updater.AddAsync(new RepositoryEntry("second", WriteDocument("second", ("ship", "1", 5), ("ship", "3", 9)), null), null, Cancel);
        await _updater.AddAsync(new RepositoryEntry("first", WriteDocument("first", ("ship", "1", 0), ("ship", "2", 1)), null), 0, Cancel);

        IReadOnlyList<CatalogPackage> revisions = Catalog.Load(_store).Revisions("ship");

        Assert.Equal(["first 2", "first 1", "second 3"], revisions.Select(one => $"{one.Repository.Name} {one.Package.Version}"));
    }

    [Fact]
    public async Task Of_a_version_that_a_repository_released_again_the_newest_release_counts()
    {
        await _updater.AddAsync(new RepositoryEntry("one", WriteDocument("one", ("ship", "1", 3), ("ship", "1", 7), ("ship", "0", 5)), null), null, Cancel);

        Assert.Equal([7, 5], Catalog.Load(_store).Revisions("ship").Select(one => one.Package.ReleaseVersion));
    }

    [Fact]
    public async Task Search_stays_fast_and_the_good_repository_fresh_while_others_are_dead_slow_and_garbage()
    {
        // Bound and not listening: it refuses, and nobody else can take the port meanwhile.
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await AddGoodAndBadAsync();
        byte[] garbage = new byte[30 * 1024 * 1024];
        new Random(1).NextBytes(garbage);
        garbage[0] = (byte)'{';
        await using RepositoryServer slow = RepositoryServer.Silent(), wrong = RepositoryServer.Of(_ => garbage);
        RepositoryEntry[] entries = [.. _store.Repositories().Select(entry => entry.Name switch { "dead" => entry with { Uri = $"http://{closed.LocalEndPoint}/repo" }, "slow" => entry with { Uri = slow.Uri }, "garbage" => entry with { Uri = wrong.Uri }, _ => entry })];
        Catalog.Load(_store).Search("warm");

        Task<IReadOnlyList<(RepositoryEntry Entry, RepositoryState State)>> updating = _updater.UpdateAsync(entries, null, Cancel);
        var times = new List<TimeSpan>();
        while (!updating.IsCompleted || times.Count < 200)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(176, Catalog.Load(_store).Search("anchor water").Count);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        times.Sort();
        TimeSpan p99 = times[times.Count * 99 / 100];
        TestContext.Current.TestOutputHelper?.WriteLine($"{times.Count} searches: p50 {times[times.Count / 2].TotalMilliseconds:0.0} ms, p99 {p99.TotalMilliseconds:0.0} ms, longest {times[^1].TotalMilliseconds:0.0} ms");
        Assert.True(p99 < TimeSpan.FromMilliseconds(100), $"p99 of {times.Count} searches: {p99.TotalMilliseconds} ms");
        Dictionary<string, RepositoryState> states = (await updating).ToDictionary(one => one.Entry.Name, one => one.State);
        Assert.Null(states["good"].Fault);
        Assert.Contains("nothing listens there", states["dead"].Fault, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("it did not answer whole within 3 s", states["slow"].Fault);
        Assert.StartsWith("what it sent is no repository", states["garbage"].Fault, StringComparison.Ordinal);
        Assert.Equal(["good"], Catalog.Load(_store).Repositories.Where(one => !one.State.IsStale).Select(one => one.Entry.Name));
        Assert.NotEmpty(Catalog.Load(_store).Revisions("old"));
    }

    [Fact]
    public async Task A_search_over_the_whole_index_leaves_little_for_the_collector()
    {
        await AddGoodAndBadAsync();
        Catalog.Load(_store).Search("warm");
        long before = GC.GetAllocatedBytesForCurrentThread();

        int found = Catalog.Load(_store).Search("anchor water").Count;

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated} bytes");
        Assert.Equal(176, found);
        // 1,232 revisions and the catalogue of them; as a tree, with each text of each, they took ten times as much.
        Assert.InRange(allocated, 0, 700_000);
    }

    private async Task AddGoodAndBadAsync()
    {
        (string, string, long)[] revisions = [.. Enumerable.Range(0, 1232).Select(i => ($"anchor-{i % 176}", $"1.{i / 176}", (long)i))];
        await _updater.AddAsync(new RepositoryEntry("good", WriteDocument("good", revisions), null), null, Cancel);
        string old = WriteDocument("old", ("old", "1", 0));
        foreach (string name in (string[])["dead", "slow", "garbage"])
            await _updater.AddAsync(new RepositoryEntry(name, old, null), null, Cancel);
    }
}
