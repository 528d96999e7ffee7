// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

[Collection(nameof(RepositoryUpdaterTests))]
public sealed class RepositoryUpdaterTests : IDisposable
{
    private static readonly RepositoryLimits Limits = new() { Time = TimeSpan.FromSeconds(3), Bytes = 40 * 1024 * 1024 };
    private readonly TemporaryDirectory _home = new();
    private readonly PackageStore _store;
    private readonly RepositoryUpdater _updater;

    public RepositoryUpdaterTests()
    {
        _store = new PackageStore(_home["packages"]);
        _updater = new RepositoryUpdater(_store, Limits, TimeProvider.System);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _updater.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task A_folder_a_built_file_and_a_server_give_the_same_packages()
    {
        byte[] built = RepositoryBuild.Build(Universe.Samples, [])!;
        await File.WriteAllBytesAsync(_home["repo.json"], built, Cancel);
        await using RepositoryServer server = RepositoryServer.Of(path => path == "/repo" ? built : null);
        foreach ((string name, string uri) in new[] { ("folder", Universe.Samples), ("file", _home["repo.json"]), ("server", server.Uri) })
        {
            await _updater.AddAsync(new RepositoryEntry(name, uri, null), null, Cancel);
            Catalog catalog = Catalog.Load(_store);

            Assert.Equal(["beacon 0.3.1", "ledger 1.1.0", "pier 1.0", "tide 2.0.0-rc.1"], catalog.Search("").Select(found => $"{found.Name} {found.Package.Version}"));
            PackageRevision ledger = catalog.Read(catalog.Revisions("ledger")[0]);
            PackageRevision direct = new PackageReader().Read(RevisionFolder.In(Universe.Samples)[2], [])!;
            Assert.Equal(direct.MarathonTemplate, ledger.MarathonTemplate);
            Assert.True(JsonEquality.DeepEquals(direct.Package, ledger.Package));
            Assert.True(JsonEquality.DeepEquals(direct.Config, ledger.Config));
            Assert.True(_store.Remove(name));
        }
    }

    [Fact]
    public async Task A_file_that_never_ends_is_not_waited_for_longer_than_a_server()
    {
        using (Process made = Process.Start("mkfifo", _home["pipe"]))
            await made.WaitForExitAsync(Cancel);

        var late = await Assert.ThrowsAsync<RepositoryException>(() => _updater.AddAsync(new RepositoryEntry("pipe", _home["pipe"], null), null, Cancel));

        Assert.Equal("it did not answer whole within 3 s", late.Message);
    }

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

    [Theory]
    [InlineData("Entries", "its folders have more than")]
    [InlineData("Bytes", "its files have more than")]
    [InlineData("Revisions", "it has 5 packages, at most 2 are read")]
    public async Task A_folder_is_read_within_bounds(string bound, string why)
    {
        var limits = bound switch { "Entries" => Limits with { Entries = 10 }, "Bytes" => Limits with { Bytes = 3000 }, _ => Limits with { Revisions = 2 } };
        using var updater = new RepositoryUpdater(_store, limits, TimeProvider.System);

        RepositoryException refused = await Assert.ThrowsAsync<RepositoryException>(() => updater.AddAsync(new RepositoryEntry("one", Universe.Samples, null), null, Cancel));

        Assert.StartsWith(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_a_file_that_never_ends_is_given_up_in_time()
    {
        Universe.CopySamples(_home["universe"]);
        File.Delete(_home["universe/L/ledger/0/config.json"]);
        using (Process made = Process.Start("mkfifo", _home["universe/L/ledger/0/config.json"]))
            await made.WaitForExitAsync(Cancel);
        using var updater = new RepositoryUpdater(_store, Limits with { Time = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);

        RepositoryException refused = await Assert.ThrowsAsync<RepositoryException>(() => updater.AddAsync(new RepositoryEntry("one", _home["universe"], null), null, Cancel));

        Assert.Equal("it did not answer whole within 0.3 s", refused.Message);
        // Whoever still waits for the file is let go.
        await using FileStream writer = new(_home["universe/L/ledger/0/config.json"], FileMode.Open, FileAccess.ReadWrite);
    }

    [Fact]
    public async Task An_unchanged_repository_is_not_sent_again()
    {
        byte[] built = RepositoryBuild.Build(Universe.Samples, [])!;
        await using RepositoryServer server = RepositoryServer.Of(_ => built, "\"v1\"");
        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("one", server.Uri, null), null, Cancel);

        IReadOnlyList<(RepositoryEntry Entry, RepositoryState State)> updated = await _updater.UpdateAsync([entry], null, Cancel);

        Assert.False(Assert.Single(updated).State.IsStale);
        Assert.Contains("If-None-Match: \"v1\"", server.Requests[1], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("version=v5", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal(4, Catalog.Load(_store).Search("").Count);
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
        Assert.Contains("refused", states["dead"].Fault, StringComparison.OrdinalIgnoreCase);
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

    [Theory]
    [InlineData("{\"packages\": [{\"name\": \"a\", \"version\": \"1\", \"tags\": [\"x\", 7, \"y\"]}, {\"name\": \"b\", \"version\": \"1\", \"tags\": [\"x\"]}], \"data\": \"d\"}", "a:x,y b:x")]
    [InlineData("{\"packages\": [{\"name\": \"a\", \"version\": \"1\", \"tags\": [\"x\"]}, {\"name\": \"b\", \"version\": \"1\", \"tags\": [\"x\", \"z\"]}, 7, {\"name\": 7}]}", "a:x b:x,z :")]
    [InlineData("{\"packages\": [{\"name\": \"a\", \"tags\": {\"x\": []}, \"offset\": \"no\", \"length\": -4, \"selected\": [true]}]}", "a:")]
    [InlineData("{\"packages\": {}}", "")]
    [InlineData("[]", "")]
    public void An_index_is_read_whatever_its_fields_are_of(string text, string packages)
    {
        IReadOnlyList<IndexedPackage> read = IndexReader.Read(Encoding.UTF8.GetBytes(text));

        Assert.Equal(packages, string.Join(' ', read.Select(package => $"{package.Name}:{string.Join(',', package.Tags)}")));
        Assert.All(read, package => Assert.Equal((0, 0, text.Contains("\"data\"", StringComparison.Ordinal) ? "d" : ""), (package.Offset, package.Length, package.Data)));
    }

    [Theory]
    [InlineData("[]", "what it sends is no JSON document")]
    [InlineData("<html>", "what it sends is no JSON document")]
    [InlineData("{}", "what it sent is no repository: it has no list of packages")]
    [InlineData("{\"packages\": [", "what it sent is no repository")]
    public async Task What_is_no_repository_is_not_added(string document, string message)
    {
        await using RepositoryServer server = RepositoryServer.Of(_ => Encoding.UTF8.GetBytes(document));

        RepositoryException fault = await Assert.ThrowsAsync<RepositoryException>(() => _updater.AddAsync(new RepositoryEntry("bad", server.Uri, null), null, Cancel));

        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Repositories());
    }

    [Fact]
    public async Task A_repository_that_sends_without_end_is_given_up_at_its_bound()
    {
        await using var endless = new RepositoryServer(async (_, stream, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"packages\": ["u8.ToArray(), cancel);
            byte[] blanks = [.. Enumerable.Repeat((byte)' ', 1 << 16)];
            while (true)
                await stream.WriteAsync(blanks, cancel);
        });

        RepositoryException fault = await Assert.ThrowsAsync<RepositoryException>(() => _updater.AddAsync(new RepositoryEntry("endless", endless.Uri, null), null, Cancel));

        Assert.Equal($"it sends more than {Limits.Bytes} bytes", fault.Message);
    }

    [Fact]
    public async Task Compression_that_is_none_makes_stale_only_the_repository_that_sent_it()
    {
        await using var broken = new RepositoryServer((_, stream, cancel) =>
            stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde"u8.ToArray(), cancel).AsTask());
        (RepositoryEntry good, _) = await _updater.AddAsync(new RepositoryEntry("good", Universe.Samples, null), null, Cancel);

        IReadOnlyList<(RepositoryEntry Entry, RepositoryState State)> updated = await _updater.UpdateAsync([new RepositoryEntry("broken", broken.Uri, null), good], null, Cancel);

        Assert.Equal(["broken"], updated.Where(one => one.State.IsStale).Select(one => one.Entry.Name));
    }

    [Fact]
    public async Task A_package_that_is_not_valid_is_left_out_alone()
    {
        JsonObject document = KubeJson.ParseObject(RepositoryBuild.Build(Universe.Samples, [])!);
        document.Array("packages")![0]!["name"] = "../../etc";
        document.Array("packages")![1]!["marathon"]!["v2AppMustacheTemplate"] = "not base64!";
        await File.WriteAllBytesAsync(_home["repo.json"], KubeJson.ToUtf8(document), Cancel);

        (_, RepositoryState state) = await _updater.AddAsync(new RepositoryEntry("some", _home["repo.json"], null), null, Cancel);

        Assert.Equal(2, state.Refused);
        Assert.Equal(["ledger", "pier", "tide"], Catalog.Load(_store).Names());
    }

    [Theory]
    [InlineData("config", """{"properties": 7}""")]
    [InlineData("config", "[]")]
    [InlineData("resource", """{"images": true}""")]
    [InlineData("resource", """{"cli": {"binaries": {"linux": {"x86-64": {"url": "u", "kind": "zip", "contentHash": [{"algo": "sha256", "value": "0"}]}}}}}""")]
    [InlineData("command", """{"pip": "x"}""")]
    [InlineData("command", """{"pip": ["x"]}""")]
    [InlineData("kubernetes", """{"mustacheTemplate": "eA=="}""")]
    [InlineData("marathon", """{"v2AppMustacheTemplate": "e3sjYX19"}""")]
    [InlineData("marathon", """{"v2AppMustacheTemplate": "/w=="}""")]
    [InlineData("marathon", "{}")]
    [InlineData("releaseVersion", "-1")]
    public async Task A_package_of_a_document_is_checked_as_one_of_a_folder(string part, string value)
    {
        WriteDocument("some", ("ship", "1", 0), ("boat", "1", 0));
        JsonObject document = KubeJson.ParseObject(await File.ReadAllBytesAsync(_home["some.json"], Cancel));
        document.Array("packages")![0]![part] = JsonNode.Parse(value);
        await File.WriteAllBytesAsync(_home["some.json"], KubeJson.ToUtf8(document), Cancel);

        (_, RepositoryState state) = await _updater.AddAsync(new RepositoryEntry("some", _home["some.json"], null), null, Cancel);

        Assert.Equal(1, state.Refused);
        Assert.Equal(["boat"], Catalog.Load(_store).Names());
    }

    [Fact]
    public async Task Packages_are_counted_before_any_is_read()
    {
        string document = WriteDocument("some", ("ship", "1", 0), ("boat", "1", 0));
        using var updater = new RepositoryUpdater(_store, Limits with { Revisions = 1 }, TimeProvider.System);

        RepositoryException fault = await Assert.ThrowsAsync<RepositoryException>(() => updater.AddAsync(new RepositoryEntry("some", document, null), null, Cancel));

        Assert.Equal("it has 2 packages, at most 1 are read", fault.Message);
    }

    [Fact]
    public async Task What_is_kept_survives_damage_of_the_files()
    {
        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("one", Universe.Samples, null), null, Cancel);
        foreach (string file in Directory.EnumerateFiles(_home["packages/kept/one"], "*.json"))
            await File.WriteAllTextAsync(file, "{", Cancel);
        Assert.Empty(Catalog.Load(_store).Search(""));

        await _updater.UpdateAsync([entry], null, Cancel);

        Assert.Equal(4, Catalog.Load(_store).Search("").Count);
    }

    [Theory]
    [InlineData("index.json", "{")]
    [InlineData("packages-*.json", "{")]
    [InlineData("packages-*.json", null)]
    public async Task What_is_damaged_is_sent_again_also_by_a_server_that_knows_it_is_unchanged(string pattern, string? damage)
    {
        byte[] built = RepositoryBuild.Build(Universe.Samples, [])!;
        await using RepositoryServer server = RepositoryServer.Of(_ => built, "\"v1\"");
        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("one", server.Uri, null), null, Cancel);
        string file = Assert.Single(Directory.EnumerateFiles(_home["packages/kept/one"], pattern));
        File.Delete(file);
        if (damage is not null)
            await File.WriteAllTextAsync(file, damage, Cancel);

        await _updater.UpdateAsync([entry], null, Cancel);

        Catalog catalog = Catalog.Load(_store);
        Assert.Equal("ledger", catalog.Read(Assert.Single(catalog.Search("ledger"))).Name);
    }

    [Fact]
    public async Task That_nothing_changed_is_no_answer_to_whoever_has_nothing()
    {
        await using var server = new RepositoryServer((_, stream, cancel) => stream.WriteAsync("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"u8.ToArray(), cancel).AsTask());

        RepositoryException fault = await Assert.ThrowsAsync<RepositoryException>(() => _updater.AddAsync(new RepositoryEntry("empty", server.Uri, null), null, Cancel));

        Assert.Equal("it answered 304 Not Modified", fault.Message);
        Assert.Empty(_store.Repositories());
    }

    private async Task AddGoodAndBadAsync()
    {
        (string, string, long)[] revisions = [.. Enumerable.Range(0, 1232).Select(i => ($"anchor-{i % 176}", $"1.{i / 176}", (long)i))];
        await _updater.AddAsync(new RepositoryEntry("good", WriteDocument("good", revisions), null), null, Cancel);
        string old = WriteDocument("old", ("old", "1", 0));
        foreach (string name in (string[])["dead", "slow", "garbage"])
            await _updater.AddAsync(new RepositoryEntry(name, old, null), null, Cancel);
    }

    private string WriteDocument(string name, params (string Name, string Version, long Release)[] revisions)
    {
        var packages = new JsonArray([.. revisions.Select(one => (JsonNode)new JsonObject
        {
            ["packagingVersion"] = "4.0", ["name"] = one.Name, ["version"] = one.Version, ["maintainer"] = "a@example.com", ["description"] = "Holds a ship in deep water. " + new string('x', 400),
            ["tags"] = new JsonArray("sea"), ["releaseVersion"] = one.Release,
        })]);
        File.WriteAllBytes(_home[$"{name}.json"], KubeJson.ToUtf8(new JsonObject { ["packages"] = packages }));
        return _home[$"{name}.json"];
    }
}
