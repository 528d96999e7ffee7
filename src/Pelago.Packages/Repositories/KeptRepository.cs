// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Repositories;

/// <summary>
/// What was kept of one repository: <c>state.json</c> says how the last attempt to fetch it ended, <c>index.json</c> is what search reads, and the file that
/// it names has the packages one after the other.
/// </summary>
internal sealed class KeptRepository(string directory)
{
    /// <summary>Of the index. One that an earlier program wrote is read, and fetched again when it can be.</summary>
    private const int Form = 2;

    private string StateFile => Path.Combine(directory, "state.json");

    private string IndexFile => Path.Combine(directory, "index.json");

    public RepositoryState State()
    {
        try
        {
            return File.Exists(StateFile) ? RepositoryState.Read(KubeJson.ParseObject(File.ReadAllBytes(StateFile))) : RepositoryState.Never;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            return RepositoryState.Never;
        }
    }

    /// <summary>Notes how an attempt ended that brought nothing: of the state that is there by now, which another program may have written meanwhile.</summary>
    public RepositoryState Note(Func<RepositoryState, RepositoryState> change)
    {
        using IDisposable held = Hold();
        return Save(change(State()));
    }

    /// <summary>What search reads; empty when nothing was ever fetched or when it is damaged, which the next fetch mends.</summary>
    public IReadOnlyList<IndexedPackage> Index()
    {
        try
        {
            return File.Exists(IndexFile) ? IndexReader.ReadFile(IndexFile) : [];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException or OverflowException)
        {
            return [];
        }
    }

    /// <summary>Whether what was kept can be read to its end: the index, and as many bytes of packages as it names.</summary>
    public bool IsWhole()
    {
        try
        {
            if (!File.Exists(IndexFile) || KubeJson.ParseObject(File.ReadAllBytes(IndexFile)) is not { } json || json.Integer("form") != Form || json.String("data") is not { Length: > 0 } data || json.Array("packages") is not { } packages)
                return false;
            var file = new FileInfo(Path.Combine(directory, Path.GetFileName(data)));
            return file.Exists && packages.OfType<JsonObject>().All(package => (package.Integer("offset") ?? 0) + (package.Integer("length") ?? 0) <= file.Length);
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>One revision, whole.</summary>
    public PackageRevision Read(IndexedPackage package)
    {
        string file = Path.Combine(directory, Path.GetFileName(package.Data));
        try
        {
            using FileStream stream = File.OpenRead(file);
            if (package.Length is <= 0 or > RepositoryDocument.MaxPackage || package.Offset < 0)
                throw new JsonException("the index does not fit");
            byte[] bytes = new byte[package.Length];
            stream.Seek(package.Offset, SeekOrigin.Begin);
            stream.ReadExactly(bytes);
            return RepositoryDocument.ToRevision(KubeJson.ParseObject(bytes));
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RepositoryException($"{package.Name} {package.Version} was not read from {file}, which {(File.Exists(file) ? "is damaged" : "is gone")}: 'pelago package repo update' fetches it again");
        }
    }

    /// <summary>Puts packages in the place of those that were there, unless another program has kept a later serial meanwhile. How it stands then.</summary>
    public RepositoryState Replace(IReadOnlyList<JsonObject> packages, RepositoryState state)
    {
        using IDisposable held = Hold();
        RepositoryState current = State();
        if (current.Serial > state.Serial)
            return current;
        Write(packages);
        return Save(state);
    }

    private void Write(IReadOnlyList<JsonObject> packages)
    {
        string? before = Index().Select(package => package.Data).FirstOrDefault();
        string data = $"packages-{Guid.NewGuid():N}.json";
        var index = new JsonArray();
        using (FileStream stream = File.Create(Path.Combine(directory, data)))
        {
            foreach (JsonObject package in packages)
            {
                byte[] bytes = KubeJson.ToUtf8(package);
                index.Add((JsonNode)IndexedPackage.Of(package, data, stream.Position, bytes.Length).ToJson());
                stream.Write(bytes);
            }

            stream.Flush(flushToDisk: true);
        }

        AtomicFile.Write(IndexFile, KubeJson.ToUtf8(new JsonObject { ["form"] = Form, ["data"] = data, ["packages"] = index }));
        // Whoever has read the index before may still want a package of it: its file goes with the next change.
        foreach (string old in Directory.EnumerateFiles(directory, "packages-*.json").Where(file => Path.GetFileName(file) != data && Path.GetFileName(file) != before))
            File.Delete(old);
    }

    private RepositoryState Save(RepositoryState state)
    {
        AtomicFile.Write(StateFile, KubeJson.ToUtf8(state.ToJson()));
        return state;
    }

    private IDisposable Hold() => StoreLock.Take(directory, "what is kept of this repository");
}
