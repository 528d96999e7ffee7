// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Net.Http;

namespace Pelago.Client.Http;

/// <summary>Reads an answer whole, and not a byte beyond its bound.</summary>
internal static class BoundedBody
{
    private const int FirstBuffer = 16 << 10;

    /// <summary>Null when the body is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContent content, long limit, CancellationToken cancel)
    {
        long? announced = content.Headers.ContentLength;
        if (announced > limit)
            return null;
        using Stream stream = await content.ReadAsStreamAsync(cancel);
        if (announced is { } length)
        {
            byte[] whole = GC.AllocateUninitializedArray<byte>((int)length);
            await stream.ReadExactlyAsync(whole, cancel);
            return whole;
        }
        return await ReadToEndAsync(stream, limit, cancel);
    }

    private static async Task<byte[]?> ReadToEndAsync(Stream stream, long limit, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            int length = 0;
            while (true)
            {
                int read = await stream.ReadAsync(buffer.AsMemory(length), cancel);
                if (read == 0)
                    return buffer.AsSpan(0, length).ToArray();
                length += read;
                if (length > limit)
                    return null;
                if (length == buffer.Length)
                    buffer = Grow(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] full)
    {
        byte[] wider = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(wider.AsSpan());
        ArrayPool<byte>.Shared.Return(full);
        return wider;
    }
}
