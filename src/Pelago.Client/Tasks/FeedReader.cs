// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Globalization;
using System.IO;
using System.Text;

namespace Pelago.Client.Tasks;

/// <summary>Reads what a node's feed writes: lines <c>POSITION LENGTH FLAG</c>, each with so many bytes after it, then <c>end</c>.</summary>
internal sealed class FeedReader(Stream stream)
{
    private const int LongestHeader = 256;
    private const int LongestPiece = 4 << 20;
    private readonly byte[] _header = new byte[LongestHeader];
    private byte[] _buffer = new byte[64 * 1024];
    private int _from;
    private int _to;

    /// <summary>The next piece; null after the last.</summary>
    /// <exception cref="IOException">It broke off, or this is no feed.</exception>
    public async ValueTask<FeedPiece?> NextAsync(CancellationToken cancel)
    {
        int end;
        while ((end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n')) < 0)
        {
            if (_to - _from >= LongestHeader)
                throw new IOException("what came is no feed of a node");
            await FillAsync(1, cancel);
        }
        if (end > LongestHeader)
            throw new IOException("what came is no feed of a node");
        _buffer.AsSpan(_from, end).CopyTo(_header);
        _from += end + 1;
        if (_header.AsSpan(0, end).SequenceEqual("end"u8))
            return null;
        (string position, int length, FeedChange change) = Read(_header.AsSpan(0, end));
        if (_to - _from < length)
            await FillAsync(length - (_to - _from), cancel);
        ReadOnlyMemory<byte> text = _buffer.AsMemory(_from, length);
        _from += length;
        return new FeedPiece(position, text, change) { Attempt = AttemptOf(position) };
    }

    private static (string Position, int Length, FeedChange Change) Read(ReadOnlySpan<byte> header)
    {
        int first = header.IndexOf((byte)' ');
        ReadOnlySpan<byte> rest = first > 0 ? header[(first + 1)..] : [];
        if (!Utf8Parser.TryParse(rest, out int length, out int used) || length is < 0 or > LongestPiece || rest.Length != used + 2)
            throw new IOException("what came is no feed of a node");
        FeedChange change = rest[^1] switch { (byte)'t' => FeedChange.Cut, (byte)'g' => FeedChange.Gap, _ => FeedChange.None };
        return (Encoding.ASCII.GetString(header[..first]), length, change);
    }

    /// <summary>A position begins with the attempt, in hexadecimal digits up to a dot.</summary>
    private static int? AttemptOf(string position) =>
        position.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && int.TryParse(position.AsSpan(0, dot), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int attempt) ? attempt : null;

    /// <summary>Reads at least so many bytes more; what was handed out before is gone then.</summary>
    private async ValueTask FillAsync(int more, CancellationToken cancel)
    {
        int held = _to - _from;
        if (_buffer.Length < held + more)
        {
            byte[] bigger = new byte[Math.Max(held + more, _buffer.Length * 2)];
            _buffer.AsSpan(_from, held).CopyTo(bigger);
            _buffer = bigger;
        }
        else
        {
            _buffer.AsSpan(_from, held).CopyTo(_buffer);
        }
        (_from, _to) = (0, held);
        int read = await stream.ReadAtLeastAsync(_buffer.AsMemory(_to), more, throwOnEndOfStream: false, cancel);
        if (read < more)
            throw new IOException("the connection ended before the text did");
        _to += read;
    }
}
