// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Pelago.History.Logs;
using ZstdSharp;

namespace Pelago.History.Days;

/// <summary>Writes the logs of a day's runs: segments to its log file, where they are to its database. What is the same is there once.</summary>
internal sealed class DayLogs : IDisposable
{
    private readonly LogFile _file;
    private readonly byte[] _buffer = new byte[LogCapture.PieceBytes];
    private readonly Statement _find;
    private readonly Statement _add;
    private readonly Statement _parts;
    private readonly Statement _addPart;

    public DayLogs(SqliteConnection connection, string path, Compressor compressor)
    {
        _file = new LogFile(path, DaySchema.Number(connection, "SELECT max(at + size) FROM segment"), compressor);
        _find = new Statement(connection, "SELECT id, bytes FROM segment WHERE hash = $1", 1);
        _add = new Statement(connection, "INSERT INTO segment(hash, at, size, bytes, lines, first, last) VALUES($1, $2, $3, $4, $5, $6, $7) RETURNING id", 7);
        _parts = new Statement(connection, "SELECT count(*) FROM part WHERE run = $1", 1);
        _addPart = new Statement(connection, "INSERT INTO part(run, seq, segment) VALUES($1, $2, $3)", 3);
    }

    /// <summary>Bytes of the file.</summary>
    public long End => _file.End;

    /// <summary>Records of the run's log what is not recorded yet; what there is then.</summary>
    public LogPart Record(long id, FinishedRun run, LogPart known, bool hasRoom, long most)
    {
        if (run.LogFiles.Count == 0 || !run.LogFiles.Any(File.Exists))
            return known with { Loss = known.Bytes > 0 ? known.Loss : run.LogLoss.Length > 0 ? run.LogLoss : LogLoss.NoFile };
        if (!hasRoom)
            return known with { Loss = LogLoss.NoRoom };
        (long bytes, long lines, string loss) = (known.Bytes, known.Lines, run.LogLoss);
        long seq = bytes > 0 ? (long)_parts.Scalar(id)! : 0;
        try
        {
            foreach (LogPiece piece in LogCapture.Read(run.LogFiles, bytes, most - bytes, _buffer))
            {
                _addPart.Run(id, seq++, SegmentOf(piece));
                bytes += piece.Text.Length;
                lines += piece.Lines;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Of the node's files: what cannot be written here is a HistoryException.
            loss = LogLoss.Unreadable;
        }

        return new LogPart(bytes, lines, bytes >= most ? LogLoss.Truncated : loss);
    }

    public void Flush() => _file.Flush();

    public void Dispose()
    {
        _file.Dispose();
        _find.Dispose();
        _add.Dispose();
        _parts.Dispose();
        _addPart.Dispose();
    }

    private long SegmentOf(LogPiece piece)
    {
        ReadOnlySpan<byte> text = piece.Text.Span;
        byte[] hash = SHA256.HashData(text)[..16];
        using (Statement.Rows same = _find.Read(hash))
        {
            while (same.Read())
            {
                if (same.GetInt64(1) == text.Length)
                    return same.GetInt64(0);
            }
        }

        Segment segment = _file.Append(text, piece.Lines);
        return (long)_add.Scalar(hash, segment.At, segment.Size, segment.Bytes, segment.Lines, piece.First, piece.Last)!;
    }
}
