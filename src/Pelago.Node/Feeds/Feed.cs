// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube.Lines;
using Pelago.Node.Files;
using Pelago.Node.Logs;

namespace Pelago.Node.Feeds;

/// <summary>
/// Reads a text over the files that rotation and restarts cut it into, from a place that somebody else has come to or from a part of it on, and goes on with
/// what is written: every byte once and in order. For one reader.
/// </summary>
/// <param name="records">How the records of a log are read; null: the bytes of the files are the text.</param>
internal sealed class Feed(IFeedFiles files, LogQuery? records, FeedWriter output) : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int Looks = 5;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly LogText? _text = records is null ? null : new LogText(records);
    private FileStream? _file;
    private FeedFile _at;
    private long _offset;
    private (ulong Print, long Of) _print = (0, -1);
    private char _flag = FeedWriter.Usual;

    /// <summary>Leaves out what is before the wanted part of what there is now; null where nothing is.</summary>
    private TextCut? _cut;

    /// <summary>Goes on where somebody has come to.</summary>
    public void BeginAt(in FeedPosition position)
    {
        IReadOnlyList<FeedFile> all = Settled();
        foreach (FeedFile file in all)
        {
            if (file.Facts.Device == position.Device && file.Facts.Inode == position.Inode && files.Open(file) is { } opened)
            {
                if (FileFacts.Of(opened.SafeFileHandle) is { } facts && file.IsSame(facts) && facts.Size >= position.Offset
                    && FeedPosition.PrintOf(opened.SafeFileHandle, position.Offset) == position.Print)
                {
                    Take(file, opened, position.Offset);
                    if (_text is not null)
                        _text.OpenLines = position.OpenLines;
                    _flag = FeedWriter.Usual;
                    return;
                }
                opened.Dispose();
                _flag = files.DropsOldest ? FeedWriter.Gap : FeedWriter.Cut;
            }
        }
        if (_flag == FeedWriter.Usual)
            _flag = FeedWriter.Gap;
        int attempt = position.Attempt;
        Begin(files.DropsOldest ? all.Where(file => file.Attempt >= attempt) : all.TakeLast(1));
    }

    /// <summary>Begins with the end of the newest attempt, or with all of it or all but its beginning.</summary>
    public void BeginWith(TextPart? part, bool allAttempts)
    {
        IReadOnlyList<FeedFile> all = Settled();
        if (all.Count == 0)
            return;
        FeedFile[] wanted = [.. files.DropsOldest ? all.Where(file => allAttempts || file.Attempt == all[^1].Attempt) : all.TakeLast(1)];
        if (part is not { } some)
            Begin(wanted);
        else if (some.Side != TextSide.Last && (_text is not null || !some.IsBytes))
            BeginBehind(wanted, some);
        else if (files.Open(wanted[^1]) is not { } last)
            return;
        else if (_text is null)
            Take(wanted[^1], last, FileTail.Find(last.SafeFileHandle, some));
        else
            BeginAtEnd(wanted, last, some);
    }

    /// <summary>Only who reads the beginning knows where what follows it is.</summary>
    private void BeginBehind(FeedFile[] wanted, TextPart part)
    {
        _cut = new TextCut(part);
        Begin(wanted);
    }

    private void BeginAtEnd(FeedFile[] wanted, FileStream last, TextPart part)
    {
        (int index, long offset, long before) = LogTail.Find([.. wanted.SkipLast(1).Select(file => files.PathOf(file))], last.SafeFileHandle, part, records!.Stream);
        if (index < wanted.Length - 1 && files.Open(wanted[index]) is { } earlier)
        {
            last.Dispose();
            Take(wanted[index], earlier, offset);
        }
        else
        {
            Take(wanted[^1], last, index >= wanted.Length ? last.Length : index == wanted.Length - 1 ? offset : 0);
            // The earlier file went meanwhile.
            before = index < wanted.Length - 1 ? 0 : before;
        }
        if (before > 0)
            _cut = new TextCut(new TextPart(TextSide.AllButFirst, before, IsBytes: true));
    }

    /// <summary>Writes all that is there now, over every rotation that happens meanwhile.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        await DrainFilesAsync(cancel);
        // What comes later is wanted, wherever the wanted part would have begun.
        _cut = null;
    }

    /// <summary>Says where it is, without any text.</summary>
    public Task BeatAsync(CancellationToken cancel) => _file is null ? Task.CompletedTask : WriteAsync(default, cancel);

    public void Dispose() => _file?.Dispose();

    private async Task DrainFilesAsync(CancellationToken cancel)
    {
        if (_file is null)
            Begin(Settled());
        while (_file is not null)
        {
            await DrainFileAsync(cancel);
            if (Next() is not { } next)
                return;
            // What was written between the last read and the look that found a newer file.
            await DrainFileAsync(cancel);
            if (files.Open(next) is not { } opened)
                return;
            _file.Dispose();
            Take(next, opened, 0);
        }
    }

    private void Begin(IEnumerable<FeedFile> wanted)
    {
        foreach (FeedFile file in wanted)
        {
            if (files.Open(file) is { } opened)
            {
                Take(file, opened, 0);
                return;
            }
        }
    }

    private void Take(in FeedFile file, FileStream opened, long offset)
    {
        _file = opened;
        // A name may be another file's since it was listed: what was opened counts.
        _at = file with { Facts = FileFacts.Of(opened.SafeFileHandle) ?? file.Facts };
        (_offset, _print) = (offset, (0, -1));
    }

    /// <summary>The file after the one that is read; null while it is the newest.</summary>
    private FeedFile? Next()
    {
        IReadOnlyList<FeedFile> all = files.List();
        if (IndexOf(all) is var at and >= 0)
            return at + 1 < all.Count ? all[at + 1] : null;
        all = Settled();
        if (IndexOf(all) is var found and >= 0)
            return found + 1 < all.Count ? all[found + 1] : null;
        if (!files.DropsOldest)
            return all.Count > 0 ? all[^1] : null;
        // It is being renamed, or it is gone: then all that are left are newer.
        if (FileFacts.Of(_file!.SafeFileHandle) is { Links: > 0 })
            return null;
        foreach (FeedFile file in all)
        {
            if (file.Attempt < _at.Attempt)
                continue;
            // Of a log that is rotated nobody knows any more whether it is the very next one; a container that ended takes its last file along.
            if (file.Attempt != _at.Attempt + 1)
                _flag = FeedWriter.Gap;
            return file;
        }
        return null;
    }

    private int IndexOf(IReadOnlyList<FeedFile> all)
    {
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].IsSame(_at.Facts))
                return i;
        }
        return -1;
    }

    /// <summary>The files when two looks see the same: a rename between listing and asking hides a file.</summary>
    private IReadOnlyList<FeedFile> Settled()
    {
        IReadOnlyList<FeedFile> before = files.List();
        for (int i = 0; i < Looks; i++)
        {
            IReadOnlyList<FeedFile> now = files.List();
            if (now.Count == before.Count && now.Zip(before).All(pair => pair.First.Name == pair.Second.Name && pair.First.IsSame(pair.Second.Facts)))
                return now;
            before = now;
        }
        return before;
    }

    private async Task DrainFileAsync(CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (RandomAccess.GetLength(_file!.SafeFileHandle) < _offset)
            {
                (_offset, _print, _flag) = (0, (0, -1), FeedWriter.Cut);
                if (_text is not null)
                    _text.OpenLines = 0;
            }
            int read = RandomAccess.Read(_file.SafeFileHandle, _buffer, _offset);
            if (read == 0)
                return;
            if (_text is null)
            {
                _offset += read;
                await WriteAsync(_buffer.AsMemory(0, read), cancel);
                continue;
            }
            int whole = _buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
            if (whole == 0 && read < BufferSize)
                return;
            ReadOnlyMemory<byte> text = whole == 0 ? _text.DecodeLong(_buffer.AsSpan(0, read)) : _text.Decode(_buffer.AsSpan(0, whole));
            _offset += whole == 0 ? read : whole;
            await WriteAsync(text, cancel);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        if (_cut is not null)
        {
            text = _cut.Push(text);
            // A place before the wanted part is told to nobody: who goes on there would get what is left out.
            if (text.IsEmpty)
                return;
        }
        if (_print.Of < Math.Min(_offset, FeedPosition.PrintLength))
            _print = (FeedPosition.PrintOf(_file!.SafeFileHandle, _offset) ?? 0, Math.Min(_offset, FeedPosition.PrintLength));
        var position = new FeedPosition(_at.Attempt, _at.Facts.Device, _at.Facts.Inode, _offset, _print.Print, _text?.OpenLines ?? 0);
        await output.WriteAsync(position, text, _flag, cancel);
        _flag = FeedWriter.Usual;
    }
}
