// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Node.Native;

namespace Pelago.Node.Files;

/// <summary>One thing that a walk comes by: its path from where the walk began (empty: that place itself). A directory comes twice, the second time when the walk leaves it.</summary>
internal readonly record struct WalkStep(string Path, FileFacts Facts, string? Target, bool IsLeaving);

/// <summary>
/// Walks the files below a directory in the order of their names, following no link: each directory is held open while it is looked at, so that nothing that
/// is put in its place meanwhile leads elsewhere. Bounded in number, depth and time; what was left out is said. Of what the kernel makes up (<see cref="KernelFileSystem"/>) no more
/// is told than the names in the directory that was asked for.
/// </summary>
internal sealed class FileWalk(TimeProvider time)
{
    private const int DeepestOfAll = 128;
    private const int Most = 1_000_000;
    private const int MostToldOf = 1000;

    /// <summary>What .NET puts in the place of bytes that are no UTF-8.</summary>
    private const char Replacement = '\uFFFD';
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Kernel = ["proc", "sys", "dev"];
    private readonly long _began = time.GetTimestamp();
    private readonly List<(string Path, int Names)> _unnamed = [];

    /// <summary>Things whose names are no UTF-8 are walked too, under names that nobody could ask for, and are not <see cref="Unnamed"/>.</summary>
    public bool TakesUnnamed { get; init; }

    /// <summary>How many things were looked at.</summary>
    public int Visited { get; private set; }

    /// <summary>Directories that could not be looked into.</summary>
    public int Unreadable { get; private set; }

    /// <summary>There is more than was looked at.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Directories, by their paths as in steps, in which names are left out that are no UTF-8, which nobody could ask for; of the first thousand.</summary>
    public IReadOnlyList<(string Path, int Names)> Unnamed => _unnamed;

    /// <param name="start">A file, or a directory with all below it.</param>
    /// <param name="depth">How far down; 1 is what is in the directory itself.</param>
    /// <param name="isRoot">It is the root of a whole file system: what the kernel makes up there is left out.</param>
    /// <param name="oneDevice">Directories on which something else is mounted are left out.</param>
    public IEnumerable<WalkStep> Below(BeneathPath start, int depth, bool isRoot, bool oneDevice = false)
    {
        if (start.Facts is not { } facts)
            yield break;
        Visited++;
        yield return new WalkStep("", facts, null, IsLeaving: false);
        if (!start.IsDirectory)
            yield break;
        foreach (WalkStep step in Within(start, "", start.IsOfKernel ? Math.Min(depth, 1) : Math.Min(depth, DeepestOfAll), isRoot, oneDevice ? facts.Device : null))
            yield return step;
        yield return new WalkStep("", facts, null, IsLeaving: true);
    }

    private IEnumerable<WalkStep> Within(BeneathPath directory, string path, int depth, bool isRoot, ulong? device)
    {
        if (depth <= 0)
            yield break;
        foreach ((string name, byte[]? bytes) in NamesIn(directory.Path, path))
        {
            if (Visited >= Most || time.GetElapsedTime(_began) > Patience)
            {
                IsCut = true;
                yield break;
            }
            string full = $"{directory.Path}/{name}", relative = path.Length == 0 ? name : $"{path}/{name}";
            if ((bytes is null ? FileFacts.Of(full) : FileFacts.Of(directory.Path, bytes)) is not { } facts)
                continue; // gone since it was listed
            // Files of an overlay may say another device than its directories.
            if (facts.Type == 'd' && device is { } own && facts.Device != own)
                continue;
            Visited++;
            yield return new WalkStep(relative, facts, facts.Type == 'l' && bytes is null && !directory.IsOfKernel ? TargetOf(full) : null, IsLeaving: false);
            if (facts.Type != 'd')
                continue;
            if (!(isRoot && Kernel.Contains(name)))
            {
                using BeneathPath? below = Open(directory, name, bytes);
                if (below is { IsDirectory: true, IsOfKernel: false })
                {
                    foreach (WalkStep step in Within(below, relative, depth - 1, isRoot: false, device))
                        yield return step;
                }
            }
            yield return new WalkStep(relative, facts, null, IsLeaving: true);
        }
    }

    /// <summary>Null when something else stands there by now.</summary>
    private BeneathPath? Open(BeneathPath directory, string name, byte[]? bytes)
    {
        try
        {
            return bytes is null ? BeneathPath.Open(directory.Path, name, strictly: true) : BeneathPath.Open(directory.Path, bytes);
        }
        catch (IOException)
        {
            Unreadable++;
            return null;
        }
    }

    /// <summary>With their bytes where they may be no UTF-8.</summary>
    private List<(string Name, byte[]? Bytes)> NamesIn(string directory, string path)
    {
        var names = new List<(string Name, byte[]? Bytes)>();
        int unnamed = 0;
        try
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(directory))
            {
                if (names.Count + unnamed + Visited >= Most)
                {
                    IsCut = true;
                    break;
                }
                string name = Path.GetFileName(entry);
                if (name.Contains(Replacement, StringComparison.Ordinal) && (TakesUnnamed || FileFacts.Of(entry) is null))
                    unnamed++;
                else
                    names.Add((name, null));
            }
            if (unnamed > 0 && TakesUnnamed)
            {
                foreach (byte[] bytes in RawNames.In(directory, unnamed))
                    names.Add((Encoding.UTF8.GetString(bytes), bytes));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Unreadable++;
        }
        if (unnamed > 0 && !TakesUnnamed && _unnamed.Count < MostToldOf)
            _unnamed.Add((path, unnamed));
        names.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return names;
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
