// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Pelago.Kube.Lines;

namespace Pelago.Node.Feeds;

/// <summary>Where parts of any file begin.</summary>
internal static class FileTail
{
    private const int Window = 64 * 1024;

    /// <summary>Of the last lines, the last bytes, and all but the first bytes: nothing before them is read.</summary>
    public static long Find(SafeFileHandle file, TextPart part)
    {
        long length = RandomAccess.GetLength(file);
        if (!part.IsBytes)
            return FindLines(file, length, part.Count);
        return part.Side == TextSide.Last ? Math.Max(0, length - part.Count) : Math.Min(length, part.Count);
    }

    /// <summary>A last line without its newline is one too.</summary>
    private static long FindLines(SafeFileHandle file, long end, long lines)
    {
        if (lines <= 0)
            return end;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Window);
        try
        {
            bool isLast = true;
            while (end > 0)
            {
                long from = Math.Max(0, end - Window);
                ReadOnlySpan<byte> window = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - from)), from));
                if (window.IsEmpty)
                    return from;
                int stop = isLast && window[^1] == '\n' ? window.Length - 1 : window.Length;
                isLast = false;
                for (int at = window[..stop].LastIndexOf((byte)'\n'); at >= 0; at = window[..at].LastIndexOf((byte)'\n'))
                {
                    if (--lines == 0)
                        return from + at + 1;
                }
                end = from;
            }
            return 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
