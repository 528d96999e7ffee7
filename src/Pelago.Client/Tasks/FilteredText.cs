// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Client.Tasks;

/// <summary>Picks lines here out of a text that comes whole, in the form in which nodes that pick them send theirs.</summary>
internal static class FilteredText
{
    private const int Chunk = 64 * 1024;

    /// <param name="query">Which lines; what cannot be searched for is an <see cref="ApiStatusException"/>, before anything is opened.</param>
    /// <param name="open">The text; it is disposed of.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<Stream> OfAsync(LineQuery query, Func<Task<Stream>> open, CancellationToken cancel)
    {
        var pipe = new Pipe();
        LineFilter filter = LineFilter.Of(query, pipe.Writer, out string? error) ?? throw new ApiStatusException(ApiStatus.BadRequest($"pattern: {error}"));
        _ = FilterAsync(await open(), filter, pipe.Writer, cancel);
        return pipe.Reader.AsStream();
    }

    private static async Task FilterAsync(Stream text, LineFilter filter, PipeWriter output, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        Exception? fault = null;
        try
        {
            await using (text)
            {
                int read;
                while (!filter.IsDone && (read = await text.ReadAsync(buffer, cancel)) > 0)
                {
                    filter.Push(buffer.AsSpan(0, read));
                    await output.FlushAsync(cancel);
                }
            }
            filter.End();
            await output.FlushAsync(cancel);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or InvalidOperationException)
        {
            fault = broken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        await output.CompleteAsync(fault);
    }
}
