// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Packages.Format;
using Pelago.Packages.Programs;
using Pelago.Packages.Repositories;
using Pelago.Packages.Tests.Repositories;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Programs;

public sealed class ProgramStoreTests : IDisposable
{
    private static readonly byte[] Script = Encoding.ASCII.GetBytes("#!/bin/sh\necho \"$@\"\n");
    private readonly TemporaryDirectory _home = new();
    private readonly ProgramStore _store;

    public ProgramStoreTests() => _store = new ProgramStore(_home["plugins"]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_program_that_is_what_its_package_says_is_put_in_place_of_the_one_before_and_removed()
    {
        await using RepositoryServer server = RepositoryServer.Of(_ => Script);
        await _store.AddAsync(Package(server, Script, version: "1"), Cancel);

        InstalledProgram added = await _store.AddAsync(Package(server, Script, version: "2"), Cancel);

        Assert.Equal(["sail"], added.Verbs);
        Assert.Equal(["sail 2"], _store.All().Select(one => $"{one.Package} {one.Version}"));
        Assert.Equal(Script, await File.ReadAllBytesAsync(_home["plugins/sail/bin/pelago-sail"], Cancel));
        Assert.True(File.GetUnixFileMode(_home["plugins/sail/bin/pelago-sail"]).HasFlag(UnixFileMode.UserExecute));
        Assert.True(File.Exists(_home[$"plugins/sail/{ProgramStore.VerbFirst}"]));
        Assert.Equal([_home["plugins/sail/bin"]], ProgramStore.Folders(_home["plugins"]));
        Assert.True(_store.Remove("sail"));
        Assert.False(_store.Remove("sail"));
        Assert.False(_store.Remove("../plugins"));
    }

    [Fact]
    public async Task What_is_not_what_the_package_says_is_not_kept_and_the_one_before_stays()
    {
        byte[] sent = Script;
        await using RepositoryServer server = RepositoryServer.Of(_ => sent);
        await _store.AddAsync(Package(server, Script, version: "1"), Cancel);
        sent = [.. Script, (byte)'#'];

        RepositoryException refused = await Assert.ThrowsAsync<RepositoryException>(() => _store.AddAsync(Package(server, Script, version: "2"), Cancel));

        Assert.Contains("is not what its package says: its SHA-256 is ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["sail 1"], _store.All().Select(one => $"{one.Package} {one.Version}"));
        Assert.Equal(["plugins/.lock", "plugins/sail"], Directory.EnumerateFileSystemEntries(_home["plugins"]).Select(path => Path.GetRelativePath(_home.Path, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_an_archive_the_programs_of_its_bin_are_taken_and_nothing_else()
    {
        byte[] archive = Archive(("bin/dcos-sail", 0), ("bin/pelago-row", 0), ("bin/../../evil", 0), ("../evil", 0), ("/bin/evil", 0), ("bin/link", 0xA1FF), ("bin/deep/er", 0), ("plugin.toml", 0));
        await using RepositoryServer server = RepositoryServer.Of(_ => archive);

        InstalledProgram added = await _store.AddAsync(Package(server, archive, kind: "zip"), Cancel);

        Assert.Equal(["sail", "row"], added.Verbs);
        Assert.Equal(["pelago-row", "pelago-sail"], Directory.EnumerateFiles(_home["plugins"], "*", SearchOption.AllDirectories).Where(file => file.Contains("/bin/", StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(_home["evil"]));
    }

    [Fact]
    public async Task What_cannot_be_checked_fetched_or_read_says_why()
    {
        await using RepositoryServer server = RepositoryServer.Of(path => path == "/repo" ? Script : null);
        PackageRevision none = new(0, Fields("1")), unsaid = Package(server, Script), absent = Package(server, Script);
        unsaid.Resource!["cli"]!["binaries"]!["linux"]!["x86-64"]!.AsObject().Remove("contentHash");
        absent.Resource!["cli"]!["binaries"]!["linux"]!["x86-64"]!["url"] = $"{server.Uri}/absent";

        Assert.Equal("sail 1 brings no command line", (await Assert.ThrowsAsync<RepositoryException>(() => _store.AddAsync(none, Cancel))).Message);
        Assert.Contains("does not say the SHA-256", (await Assert.ThrowsAsync<RepositoryException>(() => _store.AddAsync(unsaid, Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("answered 404", (await Assert.ThrowsAsync<RepositoryException>(() => _store.AddAsync(absent, Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("its archive cannot be read", (await Assert.ThrowsAsync<RepositoryException>(() => _store.AddAsync(Package(server, Script, kind: "zip"), Cancel))).Message, StringComparison.Ordinal);
        Assert.Empty(_store.All());
    }

    private static JsonObject Fields(string version) => new() { ["packagingVersion"] = "4.0", ["name"] = "sail", ["version"] = version };

    private static PackageRevision Package(RepositoryServer server, byte[] content, string version = "1", string kind = "executable") => new(0, Fields(version))
    {
        Resource = new JsonObject
        {
            ["cli"] = new JsonObject
            {
                ["binaries"] = new JsonObject
                {
                    ["linux"] = new JsonObject
                    {
                        ["x86-64"] = new JsonObject
                        {
                            ["kind"] = kind, ["url"] = server.Uri, ["contentHash"] = new JsonArray(new JsonObject { ["algo"] = "sha256", ["value"] = Convert.ToHexStringLower(SHA256.HashData(content)) }),
                        },
                    },
                },
            },
        },
    };

    private static byte[] Archive(params (string Name, int Mode)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, int mode) in entries)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name);
                entry.ExternalAttributes = mode << 16;
                using Stream stream = entry.Open();
                stream.Write(Script);
            }
        }

        return bytes.ToArray();
    }
}
