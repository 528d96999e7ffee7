// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Files;
using Pelago.Node.Logs;
using Pelago.Node.Native;

namespace Pelago.Node.Feeds;

/// <summary>
/// A file of a container, and those beside it that it was rotated to: <c>NAME.…</c> and <c>NAME-…</c>, by the time of their last change. The path is
/// looked up anew each time, within the container.
/// </summary>
/// <param name="directory">Where the file is; null when its siblings are not looked for.</param>
/// <param name="name">Its name there.</param>
/// <param name="now">What is at the path now.</param>
internal sealed class PlainFeedFiles(BeneathPath? directory, string name, Func<BeneathPath?> now) : IFeedFiles, IDisposable
{
    private const int Most = 1000;
    private static readonly string[] Compressed = [".gz", ".xz", ".bz2", ".zst", ".tmp"];

    public bool DropsOldest => false;

    public IReadOnlyList<FeedFile> List()
    {
        var files = new List<FeedFile>();
        using BeneathPath? current = now();
        FeedFile? last = current is { IsFile: true, Facts: { } facts } ? new FeedFile("", 0, facts) : null;
        foreach (string path in Siblings())
        {
            if (FileFacts.Of(path) is { Type: 'f' } sibling && last?.IsSame(sibling) != true)
                files.Add(new FeedFile(Path.GetFileName(path), 0, sibling));
        }
        files.Sort(static (a, b) => a.Facts.Modified.CompareTo(b.Facts.Modified));
        if (last is { } written)
            files.Add(written);
        return files;
    }

    public string PathOf(in FeedFile file) => $"{directory!.Path}/{file.Name}";

    public FileStream? Open(in FeedFile file)
    {
        try
        {
            using BeneathPath? found = file.Name.Length > 0 ? BeneathPath.Open(directory!.Path, file.Name) : now();
            return found is { IsFile: true } ? LogPosition.OpenHeld(found.Path) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void Dispose() => directory?.Dispose();

    private IEnumerable<string> Siblings()
    {
        if (directory is null)
            return [];
        try
        {
            return [.. Directory.EnumerateFiles(directory.Path).Where(path => IsRotated(Path.GetFileName(path))).Take(Most)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private bool IsRotated(string other) => other.Length > name.Length + 1 && other.StartsWith(name, StringComparison.Ordinal) && other[name.Length] is '.' or '-'
        && !Compressed.Contains(Path.GetExtension(other));
}
