// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Node.Native;

namespace Pelago.Node.Volumes;

/// <summary>One file of a projected volume: its content and mode.</summary>
internal readonly record struct ProjectedFile(byte[] Content, UnixFileMode Mode);

/// <summary>
/// Replaces all files of a directory at one instant (kubernetes pkg/volume/util/atomic_writer.go): they live in a directory named by time,
/// <c>..data</c> is a link to it that is swapped by a rename, and what users see are links through <c>..data</c>.
/// </summary>
internal static class AtomicDirectory
{
    private const string DataLink = "..data";

    /// <summary>True when the files changed. A path may have directories, and must stay inside.</summary>
    public static bool Write(string directory, IReadOnlyDictionary<string, ProjectedFile> files, uint? group, TimeProvider time)
    {
        foreach (string path in files.Keys)
            CheckPath(path);
        Directory.CreateDirectory(directory);
        string data = Path.Combine(directory, DataLink);
        string? current = Directory.Exists(data) ? Path.Combine(directory, new DirectoryInfo(data).LinkTarget!) : null;
        bool isSame = current is not null && IsSame(current, files);
        string fresh = isSame ? current! : WriteFresh(directory, files, group, time);
        if (!isSame)
            Swap(directory, data, Path.GetFileName(fresh));

        // Also where all is the same: whoever swapped them may have been killed before this.
        LinkNames(directory, files);
        RemoveStale(directory, files, fresh);
        return !isSame;
    }

    /// <summary>Whether files were put there once.</summary>
    public static bool IsWritten(string directory) => Directory.Exists(Path.Combine(directory, DataLink));

    private static string WriteFresh(string directory, IReadOnlyDictionary<string, ProjectedFile> files, uint? group, TimeProvider time)
    {
        string stamp = time.GetUtcNow().ToString("yyyy_MM_dd_HH_mm_ss.fffffff", CultureInfo.InvariantCulture);
        string fresh = Path.Combine(directory, $"..{stamp}");
        for (int i = 1; Directory.Exists(fresh); i++)
            fresh = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"..{stamp}{i}"));
        Directory.CreateDirectory(fresh);
        foreach ((string path, ProjectedFile file) in files)
        {
            string target = Path.Combine(fresh, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, file.Content);
            File.SetUnixFileMode(target, group is null ? file.Mode : file.Mode | UnixFileMode.GroupRead);
            if (group is { } owner)
                _ = LibC.ChangeOwner(target, uint.MaxValue, owner);
        }
        return fresh;
    }

    private static void Swap(string directory, string data, string freshName)
    {
        string draft = Path.Combine(directory, "..data_tmp");
        File.Delete(draft);
        File.CreateSymbolicLink(draft, freshName);
        if (Rename(draft, data) != 0)
            throw Descriptors.Failure($"swap {data}");
    }

    // File.Move refuses to replace a link to a directory; rename(2) does just that.
    private static int Rename(string from, string to) => LibC.Rename(from, to);

    private static void LinkNames(string directory, IReadOnlyDictionary<string, ProjectedFile> files)
    {
        foreach (string name in files.Keys.Select(TopName).Distinct(StringComparer.Ordinal))
        {
            string link = Path.Combine(directory, name);
            if (!Path.Exists(link) && new FileInfo(link).LinkTarget is null)
                File.CreateSymbolicLink(link, Path.Combine(DataLink, name));
        }
    }

    private static void RemoveStale(string directory, IReadOnlyDictionary<string, ProjectedFile> files, string fresh)
    {
        HashSet<string> wanted = [.. files.Keys.Select(TopName)];
        foreach (string entry in Directory.EnumerateFileSystemEntries(directory).ToList())
        {
            string name = Path.GetFileName(entry);
            if (name == DataLink || wanted.Contains(name) || entry == fresh)
                continue;
            if (new FileInfo(entry).LinkTarget is not null)
                File.Delete(entry);
            else if (name.StartsWith("..", StringComparison.Ordinal))
                Directory.Delete(entry, recursive: true);
        }
    }

    private static bool IsSame(string current, IReadOnlyDictionary<string, ProjectedFile> files)
    {
        string[] present = Directory.GetFiles(current, "*", SearchOption.AllDirectories);
        if (present.Length != files.Count)
            return false;
        foreach (string path in present)
        {
            if (!files.TryGetValue(Path.GetRelativePath(current, path), out ProjectedFile wanted)
                || !File.ReadAllBytes(path).AsSpan().SequenceEqual(wanted.Content)
                || (File.GetUnixFileMode(path) | UnixFileMode.GroupRead) != (wanted.Mode | UnixFileMode.GroupRead))
                return false;
        }
        return true;
    }

    private static string TopName(string path) => path.Split('/')[0];

    private static void CheckPath(string path)
    {
        string[] parts = path.Split('/');
        if (path.Length == 0 || path[0] == '/' || parts.Contains("..") || parts[0].StartsWith("..", StringComparison.Ordinal))
            throw new VolumeException($"invalid path \"{path}\": it must be relative and must not contain '..'");
    }
}
