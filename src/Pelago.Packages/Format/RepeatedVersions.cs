// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Format;

/// <summary>
/// Versions that several revisions of a package have: who asks for one by its version gets the last of them. A warning, for published repositories have released
/// a version again.
/// </summary>
public sealed class RepeatedVersions
{
    private readonly Dictionary<(string Name, string Version), string> _places = [];

    /// <summary>Takes in a revision; what is to be said where one before it has its version, with the places of both.</summary>
    public PackageFault? Add(RevisionFolder folder, PackageRevision revision)
    {
        string place = folder.File("package.json");
        if (_places.TryAdd((folder.Name, revision.Version), place))
            return null;
        PackageJson? package = BoundedFile.Read(place, PackageReader.MaxFile) is { } utf8 ? PackageJson.Read(place, utf8, []) : null;
        string message = $"is \"{revision.Version}\", and so it is in {_places[(folder.Name, revision.Version)]}: each revision of a package has a version of its own";
        return (package?.Fault("/version", message) ?? new PackageFault(place, 1, "/version", message)) with { IsWarning = true };
    }
}
