// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Repositories;

/// <summary>
/// What a home keeps of repositories: their list in order of priority, and a folder for each. Files are replaced whole, so a reader sees the old or the
/// new one and never a half.
/// </summary>
public sealed class PackageStore(string directory)
{
    private string ListFile => Path.Combine(directory, "repositories.json");

    /// <summary>In order of priority.</summary>
    public IReadOnlyList<RepositoryEntry> Repositories()
    {
        if (!File.Exists(ListFile))
            return [];
        byte[] list = File.ReadAllBytes(ListFile);
        try
        {
            return [.. (KubeJson.ParseObject(list).Array("repositories") ?? []).OfType<JsonObject>()
                .Select(json => new RepositoryEntry(json.String("name") ?? "", json.String("uri") ?? "", json.String("key")))
                .Where(entry => RepositoryEntry.IsName(entry.Name))];
        }
        catch (JsonException fault)
        {
            throw new RepositoryException($"the list of repositories, {ListFile}, is damaged ({JsonWords.Of(list, fault)}). Take it away and add the repositories again");
        }
    }

    /// <summary>Puts a repository into the list, last or at an index.</summary>
    public void Add(RepositoryEntry entry, int? index)
    {
        using IDisposable held = StoreLock.Take(directory, "the list of repositories");
        var entries = Repositories().ToList();
        if (entries.Exists(known => known.Name == entry.Name))
            throw new RepositoryException($"there is a repository {entry.Name} already: remove it first, or choose another name");
        if (index is { } wanted && (wanted < 0 || wanted > entries.Count))
            throw new RepositoryException($"index {wanted} is not between 0 and {entries.Count}");
        DeleteKept(entry.Name);
        entries.Insert(index ?? entries.Count, entry);
        Save(entries);
    }

    /// <summary>Takes a repository out of the list, and what was kept of it; false when there is none of that name.</summary>
    public bool Remove(string name)
    {
        using IDisposable held = StoreLock.Take(directory, "the list of repositories");
        var entries = Repositories().ToList();
        if (entries.RemoveAll(entry => entry.Name == name) == 0)
            return false;
        Save(entries);
        DeleteKept(name);
        return true;
    }

    /// <summary>How many revisions are kept of a repository.</summary>
    public int Count(string name) => Kept(name).Index().Count;

    internal KeptRepository Kept(string name) => new(Path.Combine(directory, "kept", RepositoryEntry.FolderOf(name)));

    /// <summary>Also before a repository is added: what one of that name left behind is not its own.</summary>
    private void DeleteKept(string name)
    {
        string kept = Path.Combine(directory, "kept", RepositoryEntry.FolderOf(name));
        if (Directory.Exists(kept))
            Directory.Delete(kept, recursive: true);
    }

    private void Save(IEnumerable<RepositoryEntry> entries)
    {
        var list = new JsonArray();
        foreach (RepositoryEntry entry in entries)
        {
            var json = new JsonObject { ["name"] = entry.Name, ["uri"] = entry.Uri };
            if (entry.Key is not null)
                json["key"] = entry.Key;
            list.Add((JsonNode)json);
        }

        AtomicFile.Write(ListFile, KubeJson.ToUtf8(new JsonObject { ["repositories"] = list }));
    }
}
