// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Logs;

/// <summary>A record of the CRI log format, <c>2006-01-02T15:04:05.000000000Z stdout F a whole line</c>; P instead of F: the line goes on in the next one.</summary>
internal readonly ref struct LogRecord
{
    public required ReadOnlySpan<byte> Time { get; init; }
    public required ReadOnlySpan<byte> Stream { get; init; }
    public required bool Partial { get; init; }
    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>A record without its newline; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogRecord record)
    {
        record = default;
        int time = line.IndexOf((byte)' ');
        if (time < 20)
            return false;
        ReadOnlySpan<byte> rest = line[(time + 1)..];
        int stream = rest.IndexOf((byte)' ');
        if (stream < 0 || rest.Length < stream + 3 || rest[stream + 2] != ' ' || rest[stream + 1] is not ((byte)'F' or (byte)'P'))
            return false;
        record = new LogRecord { Time = line[..time], Stream = rest[..stream], Partial = rest[stream + 1] == 'P', Text = rest[(stream + 3)..] };
        return true;
    }
}
