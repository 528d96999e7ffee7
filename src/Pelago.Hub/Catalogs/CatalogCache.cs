// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Catalogs;

/// <summary>The catalogue of a home, read again when its files are others than before. For many threads.</summary>
internal sealed class CatalogCache(string directory)
{
    private readonly Lock _gate = new();
    private string _stamp = "";
    private KnownCatalog? _known;

    public PackageStore Store { get; } = new(directory);

    /// <summary>Throws a <see cref="RepositoryException"/> when the list of repositories is damaged.</summary>
    public KnownCatalog Current()
    {
        lock (_gate)
        {
            string stamp = Stamp();
            if (_known is null || stamp != _stamp)
                (_known, _stamp) = (new KnownCatalog(Catalog.Load(Store)), stamp);
            return _known;
        }
    }

    private string Stamp()
    {
        var stamp = new StringBuilder();
        Add(new FileInfo(Path.Combine(directory, "repositories.json")));
        var kept = new DirectoryInfo(Path.Combine(directory, "kept"));
        foreach (DirectoryInfo repository in kept.Exists ? kept.EnumerateDirectories() : [])
        {
            Add(new FileInfo(Path.Combine(repository.FullName, "index.json")));
            Add(new FileInfo(Path.Combine(repository.FullName, "state.json")));
        }

        return stamp.ToString();

        void Add(FileInfo file) => stamp.Append(file.FullName).Append(' ').Append(file.Exists ? $"{file.Length} {file.LastWriteTimeUtc.Ticks}\n" : "\n");
    }
}
