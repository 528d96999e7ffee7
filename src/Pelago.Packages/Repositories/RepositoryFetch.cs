// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Repositories;

/// <summary>Receives one repository, whatever sort it is: a folder of packages, a built document, or a signed index and its document.</summary>
internal sealed class RepositoryFetch(RepositoryDownload download, RepositoryLimits limits)
{
    /// <summary>Throws a <see cref="RepositoryException"/> that says why it did not work.</summary>
    public async Task<FetchedRepository> FetchAsync(RepositoryEntry entry, RepositoryState known, CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(limits.Time);
        try
        {
            // The disk of a file may not answer: it is not waited for longer than a server.
            Task<FetchedRepository> fetch = Task.Run(async () => Directory.Exists(entry.Uri) ? ReadFolder(entry, bounded.Token) : await ReceiveAsync(entry, known, bounded.Token), bounded.Token);
            return await fetch.WaitAsync(bounded.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RepositoryException($"it did not answer whole within {limits.Time.TotalSeconds:0.#} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or IOException or InvalidDataException or UnauthorizedAccessException or UriFormatException or NotSupportedException)
        {
            throw new RepositoryException(FetchWords.Of(fault, entry.Uri));
        }
    }

    private FetchedRepository ReadFolder(RepositoryEntry entry, CancellationToken cancel)
    {
        if (entry.Key is not null)
            throw new RepositoryException("a folder is not signed: 'pelago package repo build --sign KEY' makes a repository of it that is");
        var reader = new PackageReader();
        var packages = new List<JsonObject>();
        IReadOnlyList<RevisionFolder> folders = RevisionFolder.In(entry.Uri, limits.Entries, cancel)
            ?? throw new RepositoryException($"its folders have more than {limits.Entries} entries, which is as many as are looked at");
        if (folders.Count > limits.Revisions)
            throw new RepositoryException($"it has {folders.Count} packages, at most {limits.Revisions} are read");
        foreach (RevisionFolder folder in folders)
        {
            cancel.ThrowIfCancellationRequested();
            if (reader.Read(folder, []) is { } revision)
                packages.Add(RepositoryDocument.FromRevision(revision));
            if (reader.Bytes > limits.Bytes)
                throw new RepositoryException($"its files have more than {limits.Bytes} bytes, which is as many as are read");
        }

        return new FetchedRepository(packages, folders.Count - packages.Count, null, 0, null);
    }

    private async Task<FetchedRepository> ReceiveAsync(RepositoryEntry entry, RepositoryState known, CancellationToken cancel)
    {
        (byte[]? bytes, string? tag) = await download.GetAsync(entry.Uri, known.Tag, limits.Bytes, cancel);
        if (bytes is null)
            return new FetchedRepository(null, known.Refused, tag, known.Serial, entry.Key);
        if (bytes.Length <= SignedIndex.MaxSize && TryParse(bytes) is { } index && SignedIndex.IsOne(index))
            return await ReceiveSignedAsync(entry, known, index, tag, cancel);
        if (entry.Key is not null)
            throw new RepositoryException($"it is not signed, and was added with the key {SignedIndex.Fingerprint(entry.Key)}");
        (IReadOnlyList<JsonObject> packages, int refused) = RepositoryDocument.Read(bytes, limits, cancel);
        return new FetchedRepository(packages, refused, tag, 0, null);
    }

    private async Task<FetchedRepository> ReceiveSignedAsync(RepositoryEntry entry, RepositoryState known, JsonObject index, string? tag, CancellationToken cancel)
    {
        string key = entry.Key ?? SignedIndex.KeyOf(index) ?? throw new RepositoryException("it names no key");
        SignedDocument document = SignedIndex.Verify(index, key);
        if (document.Serial < known.Serial)
            throw new RepositoryException($"it is older (serial {document.Serial}) than what was had of it before (serial {known.Serial})");
        (byte[]? bytes, _) = await download.GetAsync(Beside(entry.Uri, document.File), null, limits.Bytes, cancel);
        document.Check(bytes);
        (IReadOnlyList<JsonObject> packages, int refused) = RepositoryDocument.Read(bytes, limits, cancel);
        return new FetchedRepository(packages, refused, tag, document.Serial, document.Key);
    }

    private static string Beside(string uri, string file) =>
        RepositoryEntry.IsHttp(uri) ? new Uri(new Uri(uri), Uri.EscapeDataString(file)).AbsoluteUri : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(uri))!, file);

    private static JsonObject? TryParse(byte[] utf8)
    {
        try
        {
            return KubeJson.Parse(utf8) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
