// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Packages.Repositories;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

public sealed class SignedIndexTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly ECDsa _signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly PackageStore _store;
    private readonly RepositoryUpdater _updater;
    private readonly byte[] _document = RepositoryBuild.Build(Universe.Samples, [])!;

    public SignedIndexTests()
    {
        _store = new PackageStore(_home["packages"]);
        _updater = new RepositoryUpdater(_store, RepositoryLimits.Default, TimeProvider.System);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _updater.Dispose();
        _signer.Dispose();
        _other.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task A_signed_repository_is_pinned_to_its_key()
    {
        await using RepositoryServer server = Serve(_signer, 1);

        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("signed", server.Uri, null), null, Cancel);

        Assert.Equal(SignedIndex.Fingerprint(_signer.ExportSubjectPublicKeyInfoPem()), SignedIndex.Fingerprint(entry.Key!));
        Assert.Equal(entry, Assert.Single(_store.Repositories()));
        Assert.Equal(4, Catalog.Load(_store).Search("").Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_private_key_only_the_public_half_is_kept(bool pkcs8)
    {
        await using RepositoryServer server = Serve(_signer, 1);
        string given = pkcs8 ? _signer.ExportPkcs8PrivateKeyPem() : _signer.ExportECPrivateKeyPem();

        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("signed", server.Uri, given), null, Cancel);

        Assert.Equal(_signer.ExportSubjectPublicKeyInfoPem(), entry.Key);
        Assert.DoesNotContain("PRIVATE", await File.ReadAllTextAsync(_home["packages/repositories.json"], Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_signed_by_another_key_is_refused_and_keeps_what_was_had()
    {
        await using RepositoryServer server = Serve(_signer, 1), stranger = Serve(_other, 2);
        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("signed", server.Uri, _signer.ExportSubjectPublicKeyInfoPem()), null, Cancel);

        RepositoryState state = (await _updater.UpdateAsync([entry with { Uri = stranger.Uri }], null, Cancel))[0].State;

        Assert.StartsWith("its signature is not that of the key SHA256:", state.Fault, StringComparison.Ordinal);
        Assert.Equal(4, Catalog.Load(_store).Search("").Count);
    }

    [Fact]
    public async Task An_older_index_a_changed_document_and_an_unsigned_one_are_refused()
    {
        await using RepositoryServer server = Serve(_signer, 7), older = Serve(_signer, 6), changed = Serve(_signer, 8, _ => [.. _document, (byte)' ']), unsigned = RepositoryServer.Of(_ => _document);
        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("signed", server.Uri, null), null, Cancel);

        Assert.StartsWith("it is older (serial 6)", await FaultAsync(entry, older), StringComparison.Ordinal);
        Assert.StartsWith("packages.json is not what was signed", await FaultAsync(entry, changed), StringComparison.Ordinal);
        Assert.StartsWith("it is not signed, and was added with the key SHA256:", await FaultAsync(entry, unsigned), StringComparison.Ordinal);
        Assert.Null(await FaultAsync(entry, server));
    }

    [Theory]
    [InlineData("../packages.json")]
    [InlineData("/etc/passwd")]
    [InlineData(".hidden")]
    [InlineData("")]
    public async Task An_index_names_only_what_lies_beside_it(string file)
    {
        await File.WriteAllTextAsync(_home["index.json"], SignedIndex.Sign(_document, file, _signer.ExportPkcs8PrivateKeyPem(), 1).ToJsonString(), Cancel);

        RepositoryException fault = await Assert.ThrowsAsync<RepositoryException>(() => _updater.AddAsync(new RepositoryEntry("x", _home["index.json"], null), null, Cancel));

        Assert.StartsWith("it names a document that is not beside it", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_another_program_kept_meanwhile_is_not_taken_back(bool isFetched)
    {
        await using RepositoryServer server = Serve(_signer, 7), late = Serve(_signer, 8, _ =>
        {
            _store.Kept("signed").Replace([], new RepositoryState { Serial = 9, Tag = "later" });
            return isFetched ? _document : [];
        });
        (RepositoryEntry entry, _) = await _updater.AddAsync(new RepositoryEntry("signed", server.Uri, null), null, Cancel);

        string? fault = await FaultAsync(entry, late);

        Assert.Equal(isFetched, fault is null);
        Assert.Equal((9, "later"), (_store.Kept("signed").State().Serial, _store.Kept("signed").State().Tag));
        Assert.Empty(Catalog.Load(_store).Search(""));
    }

    [Fact]
    public void Every_byte_of_an_index_is_signed()
    {
        JsonObject index = SignedIndex.Sign(_document, "packages.json", _signer.ExportPkcs8PrivateKeyPem(), 1);
        index["serial"] = 2;

        Assert.Throws<RepositoryException>(() => SignedIndex.Verify(index, _signer.ExportSubjectPublicKeyInfoPem()));
    }

    private async Task<string?> FaultAsync(RepositoryEntry entry, RepositoryServer server) =>
        (await _updater.UpdateAsync([entry with { Uri = server.Uri }], null, Cancel))[0].State.Fault;

    private RepositoryServer Serve(ECDsa key, long serial, Func<string, byte[]>? document = null)
    {
        byte[] index = Encoding.UTF8.GetBytes(SignedIndex.Sign(_document, "packages.json", key.ExportPkcs8PrivateKeyPem(), serial).ToJsonString());
        return RepositoryServer.Of(path => path == "/packages.json" ? document?.Invoke(path) ?? _document : index);
    }
}
