// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>
/// Reads the entries of a tar archive as they stream by, in bounded memory whatever the headers claim: System.Formats.Tar reads an extended header of
/// any announced length into memory. What is not understood is refused, so that nobody after this reads something else into it.
/// </summary>
/// <param name="what">The archive, for messages.</param>
internal sealed class TarScanner(Stream input, string what, ArchiveLimits limits)
{
    private readonly byte[] _block = new byte[TarBlock.Length];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string? _path;
    private string? _target;
    private string? _longPath;
    private string? _longTarget;
    private bool _isExtended;
    private long? _size;
    private string _last = "";
    private long _left;
    private long _padding;

    /// <summary>The archive's end mark was read: it is not cut short.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The next entry; null at the end. What was not read of the one before is skipped.</summary>
    public async ValueTask<TarItem?> NextAsync(CancellationToken cancel)
    {
        await CopyDataAsync(Stream.Null, cancel);
        while (await ReadBlockAsync(cancel))
        {
            Header header = Parse();
            if (header.IsEnd)
            {
                IsComplete = true;
                return null;
            }
            (_left, _padding) = (header.Size, Padding(header.Size));
            switch (header.Type)
            {
                case 'x':
                    if (_isExtended)
                        throw new ArchiveException($"{what}: the entry {Place()} has two extended headers, of which readers take different ones");
                    _isExtended = true;
                    ReadRecords(await ReadMetadataAsync("an extended header", cancel), isGlobal: false);
                    continue;
                case 'g':
                    if (_isExtended || _longPath is not null || _longTarget is not null)
                        throw new ArchiveException($"{what}: a global header {Place()} is among the headers of one entry, which readers take in different ways");
                    ReadRecords(await ReadMetadataAsync("an extended header", cancel), isGlobal: true);
                    continue;
                case 'L':
                    _longPath = Long(await ReadMetadataAsync("a long name", cancel));
                    continue;
                case 'K':
                    _longTarget = Long(await ReadMetadataAsync("a long link", cancel));
                    continue;
            }
            return Begin(header);
        }
        return null;
    }

    /// <summary>The bytes of the current entry.</summary>
    public async Task CopyDataAsync(Stream output, CancellationToken cancel)
    {
        for (; _left > 0; _left -= await MoveAsync(_left, output, cancel))
            continue;
        for (; _padding > 0; _padding -= await MoveAsync(_padding, Stream.Null, cancel))
            continue;
    }

    private static long Padding(long size) => (TarBlock.Length - (size % TarBlock.Length)) % TarBlock.Length;

    private static string Long(byte[] data) => Encoding.UTF8.GetString(data.AsSpan().TrimEnd((byte)0));

    private TarItem Begin(Header header)
    {
        if ((_path is not null && _longPath is not null) || (_target is not null && _longTarget is not null))
            throw new ArchiveException($"{what}: the entry {Place()} is named twice, by an extended header and by a long name, of which readers take different ones");
        string name = _path ?? _longPath ?? header.Name;
        TarKind kind = header.Type switch
        {
            '0' or '\0' or '7' => TarKind.File,
            '1' => TarKind.HardLink,
            '2' => TarKind.SymbolicLink,
            '3' => TarKind.CharacterDevice,
            '4' => TarKind.BlockDevice,
            '5' => TarKind.Directory,
            '6' => TarKind.Fifo,
            _ => throw new ArchiveException($"{what}: entry \"{Shown(name)}\" is of a type that no image needs ('{Shown(header.Type.ToString())}')"),
        };
        long size = kind == TarKind.File ? _size ?? header.Size : 0;

        // Old archives mark directories by a slash alone. Whether such a one has data, readers do not agree on.
        if (kind == TarKind.File && name.EndsWith('/'))
            kind = size == 0 ? TarKind.Directory : throw new ArchiveException($"{what}: entry \"{Shown(name)}\" is a file by its type and a directory by its name");
        var item = new TarItem(name, kind, size, _target ?? _longTarget ?? header.Target, header.Major, header.Minor);
        (_left, _padding) = (size, Padding(size));
        (_path, _target, _longPath, _longTarget, _size, _isExtended, _last) = (null, null, null, null, null, false, name);
        return item;
    }

    /// <summary>Whether there is one: an archive may end without its end mark.</summary>
    private async ValueTask<bool> ReadBlockAsync(CancellationToken cancel)
    {
        int read = await input.ReadAtLeastAsync(_block, TarBlock.Length, throwOnEndOfStream: false, cancel);
        return read switch { 0 => false, TarBlock.Length => true, _ => throw Truncated() };
    }

    private Header Parse()
    {
        var block = new TarBlock(_block);
        if (block.IsZero)
            return new Header("", "", '0', 0, 0, 0, IsEnd: true);
        if (!block.IsIntact)
            throw new ArchiveException($"{what} is no tar archive, or a damaged one: the header {Place()} has a wrong checksum");
        long size = block.Size ?? throw new ArchiveException($"{what}: entry \"{Shown(block.Name)}\" has no valid size");
        return new Header(block.Name, block.Target, block.Type, size, block.Major, block.Minor, IsEnd: false);
    }

    private async Task<byte[]> ReadMetadataAsync(string kind, CancellationToken cancel)
    {
        if (_left > limits.MaxHeader)
            throw new ArchiveException($"{what}: {kind} {Place()} is {_left} bytes long, and at most {limits.MaxHeader} are taken");
        var data = new MemoryStream((int)_left);
        await CopyDataAsync(data, cancel);
        return data.ToArray();
    }

    /// <summary>Records of an extended header: <c>30 path=some/very/long/name</c> and a newline, where 30 is the length of it all.</summary>
    private void ReadRecords(ReadOnlySpan<byte> data, bool isGlobal)
    {
        while (!data.IsEmpty)
        {
            int space = data.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(data[..space], out int length) || length <= space + 1 || length > data.Length || data[length - 1] != '\n')
                throw new ArchiveException($"{what}: the extended header {Place()} cannot be read");
            ReadOnlySpan<byte> record = data[(space + 1)..(length - 1)];
            data = data[length..];
            int sign = record.IndexOf((byte)'=');
            if (sign <= 0)
                throw new ArchiveException($"{what}: the extended header {Place()} cannot be read");
            if (!isGlobal)
                Note(record[..sign], Encoding.UTF8.GetString(record[(sign + 1)..]));
        }
    }

    private void Note(ReadOnlySpan<byte> key, string value)
    {
        if (key.SequenceEqual("path"u8))
            _path = value;
        else if (key.SequenceEqual("linkpath"u8))
            _target = value;
        else if (key.SequenceEqual("size"u8))
            _size = long.TryParse(value, System.Globalization.NumberStyles.None, null, out long size) ? size : throw new ArchiveException($"{what}: the size {Place()} is no number");
        else if (key.StartsWith("GNU.sparse."u8))
            throw new ArchiveException($"{what}: the file {Place()} is stored as a sparse one, which is not taken: make the archive without --sparse");
    }

    private async ValueTask<int> MoveAsync(long most, Stream output, CancellationToken cancel)
    {
        int read = await input.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(most, _buffer.Length)), cancel);
        if (read == 0)
            throw Truncated();
        await output.WriteAsync(_buffer.AsMemory(0, read), cancel);
        return read;
    }

    private ArchiveException Truncated() => new($"{what} is cut short {Place()}: copy or download it again");

    private string Place() => _last.Length == 0 ? "at its beginning" : $"after \"{Shown(_last)}\"";

    /// <summary>Names come from strangers and go to terminals.</summary>
    public static string Shown(string name)
    {
        const int Most = 200;
        string cut = name.Length > Most ? name[..Most] + "…" : name;
        return string.Concat(cut.Select(letter => char.IsControl(letter) ? '?' : letter));
    }

    private readonly record struct Header(string Name, string Target, char Type, long Size, long Major, long Minor, bool IsEnd);
}
