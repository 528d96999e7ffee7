// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Tests.Serving.Spdy;

internal static class SpdyReading
{
    /// <summary>What a connection makes of a client that said this, one line an event; neighbouring data of one stream are one.</summary>
    public static async Task<List<string>> EventsAsync(SpdyConnection connection)
    {
        var events = new List<string>();
        var data = new MemoryStream();
        int of = 0;
        while (await connection.ReceiveAsync(CancellationToken.None) is { } happened)
        {
            if (happened.Kind == SpdyEventKind.Data && happened.StreamId == of)
            {
                data.Write(happened.Data.Span);
                continue;
            }
            Flush();
            if (happened.Kind == SpdyEventKind.Data)
            {
                of = happened.StreamId;
                data.Write(happened.Data.Span);
            }
            else
            {
                string headers = happened.Headers is null ? "" : string.Concat(happened.Headers.Select(pair => $" {pair.Key}={pair.Value}"));
                events.Add($"{happened.Kind} {happened.StreamId}{headers}");
            }
        }
        Flush();
        return events;

        void Flush()
        {
            if (data.Length > 0)
                events.Add(Data(of, data.ToArray()));
            data.SetLength(0);
            of = 0;
        }
    }

    public static string Data(int stream, byte[] bytes) => $"Data {stream} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))}";

    /// <summary>The frames that were sent to the client: data by stream and length, the others by their numbers.</summary>
    public static async Task<List<string>> FramesAsync(byte[] written)
    {
        var frames = new List<string>();
        var reader = new FrameReader(new ScriptedStream(written));
        while (await reader.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Type == FrameType.Data)
            {
                frames.Add(frame.Ends ? $"End {frame.StreamId}" : $"Data {frame.StreamId} {frame.Payload.Length}");
                continue;
            }
            byte[] payload = frame.Payload.ToArray();
            int numbers = frame.Type == FrameType.SynReply ? 1 : payload.Length / 4;
            frames.Add($"{frame.Type} {string.Join(' ', Enumerable.Range(0, numbers).Select(i => BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4 * i))))}");
        }
        return frames;
    }
}
