// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Logs;
using Pelago.Node.Native;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>
/// The log of one container, held open while it runs: a kubelet removes the files of a container of a deleted pod within a second of its end, and what is
/// open is there to be read all the same. Of files that were rotated only their names are kept in mind, for those take room until they are gone.
/// </summary>
/// <param name="root">The directory of all logs.</param>
/// <param name="relative">The path of the container's log from there.</param>
/// <param name="scratch">A directory for what is unpacked.</param>
internal sealed class RunLog(string root, string relative, string scratch) : IDisposable
{
    private readonly HashSet<string> _rotated = new(StringComparer.Ordinal);
    private BeneathPath? _current;

    /// <summary>Of the file that is written to, in bytes; -1: it was never seen.</summary>
    public long Length => _current is null ? -1 : _current.Facts?.Size ?? 0;

    /// <summary>A file that was rotated is gone, or may be: the beginning of the log is missing.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Takes the file that is written to now; when there is none, what was taken stays.</summary>
    public void Look()
    {
        BeneathPath? now = OpenFile(relative);
        if (now is null)
            return;
        if (_current is not null && _current.Facts?.Inode == now.Facts?.Inode)
        {
            now.Dispose();
            return;
        }
        if (_current is not null)
            NoteRotated(Rotated());
        _current?.Dispose();
        _current = now;
    }

    /// <summary>Opens all files that there are, oldest first.</summary>
    public OpenedLog Open()
    {
        string[] rotated = Rotated();
        NoteRotated(rotated);
        IsCut |= rotated.Length >= LogRotation.KeptRotated;
        var opened = new OpenedLog();
        try
        {
            foreach (string name in rotated)
            {
                if (OpenFile($"{Path.GetDirectoryName(relative)}/{name}") is { } file)
                    opened.Add(file, isPacked: name.EndsWith(LogFiles.Packed, StringComparison.Ordinal), scratch);
            }
            if (_current is not null)
                opened.Add(_current.Path);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Dispose() => _current?.Dispose();

    private BeneathPath? OpenFile(string path)
    {
        try
        {
            BeneathPath? found = BeneathPath.Open(root, path, strictly: true);
            if (found is { IsFile: true })
                return found;
            found?.Dispose();
            return null;
        }
        catch (IOException)
        {
            return null; // there is no directory of logs at all
        }
    }

    private string[] Rotated()
    {
        try
        {
            using BeneathPath? directory = BeneathPath.Open(root, Path.GetDirectoryName(relative)!, strictly: true);
            return directory is { IsDirectory: true } ? [.. LogFiles.Kept($"{directory.Path}/{Path.GetFileName(relative)}").Select(file => Path.GetFileName(file))] : [];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private void NoteRotated(string[] names)
    {
        HashSet<string> now = [.. names.Select(name => name.EndsWith(LogFiles.Packed, StringComparison.Ordinal) ? name[..^LogFiles.Packed.Length] : name)];
        IsCut |= !_rotated.IsSubsetOf(now);
        _rotated.UnionWith(now);
    }
}
