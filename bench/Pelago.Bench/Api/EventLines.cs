// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Bench.Api;

/// <summary>The events of a watch as lines of bytes, without a copy of any: the client must not be what is measured.</summary>
internal static class EventLines
{
    public delegate void Handler(ReadOnlySpan<byte> line);

    /// <summary>Until it is cancelled. A server that ends the watch, or a line longer than <paramref name="longest"/> bytes, is an InvalidOperationException.</summary>
    public static async Task ReadAsync(Stream stream, int longest, Handler handle, CancellationToken cancel)
    {
        byte[] buffer = new byte[longest];
        int filled = 0;
        while (await stream.ReadAsync(buffer.AsMemory(filled), cancel) is int read and > 0)
            filled = Take(buffer, filled + read, handle);
        throw new InvalidOperationException(
            filled == longest ? $"an event is longer than {longest} bytes" : "the server ended a watch before its time");
    }

    /// <summary>Hands on whole lines; the rest moves to the front.</summary>
    private static int Take(byte[] buffer, int filled, Handler handle)
    {
        Span<byte> left = buffer.AsSpan(0, filled);
        while (left.IndexOf((byte)'\n') is int end and >= 0)
        {
            handle(left[..end]);
            left = left[(end + 1)..];
        }
        left.CopyTo(buffer);
        return left.Length;
    }
}
