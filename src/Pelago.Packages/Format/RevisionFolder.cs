// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Packages.Format;

/// <summary>One revision of a package as a folder: <c>LETTER/NAME/REVISION</c> under <paramref name="Root"/>.</summary>
public sealed record RevisionFolder(string Root, string Letter, string Name, string Revision)
{
    /// <summary>The order of a package's revisions, the release version of the Universe; -1 when the folder's name is no number.</summary>
    public long ReleaseVersion => IsNumber(Revision) && long.TryParse(Revision, out long number) ? number : -1;

    public string PackagePath => $"{Letter}/{Name}";

    /// <summary>As it is written in listings: <c>A/avi/0</c>.</summary>
    public string RelativePath => $"{Letter}/{Name}/{Revision}";

    public string File(string name) => Path.Combine(Root, Letter, Name, Revision, name);

    /// <summary>
    /// All revisions under a folder, by package and then by number. The folder is one of packages, or a repository that has them in <c>packages</c> or
    /// <c>repo/packages</c>. Links are not followed.
    /// </summary>
    public static IReadOnlyList<RevisionFolder> In(string directory) => In(directory, long.MaxValue, CancellationToken.None)!;

    /// <summary>The same within bounds; null when more entries of folders than <paramref name="most"/> would have to be looked at.</summary>
    internal static IReadOnlyList<RevisionFolder>? In(string directory, long most, CancellationToken cancel)
    {
        string root = RootOf(directory);
        var found = new List<RevisionFolder>();
        foreach (string letter in Names(root))
        {
            foreach (string name in Names(Path.Combine(root, letter)))
                found.AddRange(Names(Path.Combine(root, letter, name)).Select(revision => new RevisionFolder(root, letter, name, revision)));
        }

        found.Sort(Compare);
        return most < 0 ? null : found;

        IEnumerable<string> Names(string folder)
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                cancel.ThrowIfCancellationRequested();
                if (--most < 0)
                    yield break;
                if (entry is DirectoryInfo { LinkTarget: null } && !entry.Name.StartsWith('.'))
                    yield return entry.Name;
            }
        }
    }

    private static int Compare(RevisionFolder one, RevisionFolder other)
    {
        int order = string.CompareOrdinal(one.PackagePath, other.PackagePath);
        if (order == 0)
            order = one.ReleaseVersion.CompareTo(other.ReleaseVersion);
        return order == 0 ? string.CompareOrdinal(one.Revision, other.Revision) : order;
    }

    private static string RootOf(string directory)
    {
        foreach (string place in (string[])["repo/packages", "packages"])
        {
            string root = Path.Combine(directory, place);
            if (Directory.Exists(root))
                return root;
        }

        return directory;
    }

    private static bool IsNumber(string text) => text.Length is > 0 and < 19 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') && (text.Length == 1 || text[0] != '0');
}
