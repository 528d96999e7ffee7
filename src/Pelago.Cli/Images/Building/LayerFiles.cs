// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;

namespace Pelago.Cli.Images.Building;

/// <summary>The files of one layer. They are written in the order of their names, of user and group 0 and of one time, so that the same files are the same layer.</summary>
internal sealed class LayerFiles
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Everybody = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit;
    private readonly SortedDictionary<string, Func<Stream, UstarTarEntry>> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<Stream>> _contents = new(StringComparer.Ordinal);

    /// <summary>A copy of a file, executable where that is; only its owner, root, may write to it.</summary>
    public void Add(string name, string file)
    {
        bool executable = File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);
        Put(name, () => File.OpenRead(file), executable);
    }

    public void AddText(string name, string text) => Put(name, () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), executable: false);

    public void AddLink(string name, string target)
    {
        AddParents(name);
        _entries[name] = _ => new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target, Mode = Readable | Executable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite };
    }

    /// <summary>A directory that everybody may make files in, as /tmp is.</summary>
    public void AddShared(string name) => AddDirectory(name, Everybody);

    public void WriteTo(Stream output)
    {
        using var tar = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        foreach ((string name, Func<Stream, UstarTarEntry> make) in _entries)
        {
            using Stream content = _contents.TryGetValue(name, out Func<Stream>? open) ? open() : Stream.Null;
            UstarTarEntry entry = make(content);
            entry.ModificationTime = DateTimeOffset.UnixEpoch;
            tar.WriteEntry(entry);
        }
    }

    private void Put(string name, Func<Stream> open, bool executable)
    {
        AddParents(name);
        _contents[name] = open;
        _entries[name] = content => new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = executable ? Readable | Executable : Readable };
    }

    private void AddParents(string name)
    {
        for (int slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
            AddDirectory(name[..slash], UnixFileMode.UserRead);
    }

    private void AddDirectory(string name, UnixFileMode more)
    {
        AddParents(name);
        _entries.TryAdd(name, _ => new UstarTarEntry(TarEntryType.Directory, name + "/") { Mode = Readable | Executable | more });
    }
}
