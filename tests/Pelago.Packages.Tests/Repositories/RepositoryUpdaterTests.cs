// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

[Collection(nameof(RepositoryUpdaterTests))]
public sealed partial class RepositoryUpdaterTests : IDisposable
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
