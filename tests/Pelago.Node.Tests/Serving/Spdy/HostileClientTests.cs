// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using CsCheck;
using Pelago.Node.Serving.Spdy;
using Xunit;

namespace Pelago.Node.Tests.Serving.Spdy;

/// <summary>Whatever a client sends, the connection ends in order or goes on, and keeps little.</summary>
public sealed class HostileClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Breaches => [.. Frames.Keys];

    private static readonly Dictionary<string, Func<ClientFrames>> Frames = new()
    {
        ["another version"] = () => new ClientFrames().Control(FrameType.Ping, ClientFrames.Number(1), version: 2),
        ["a control frame of 16 MB"] = () => new ClientFrames().Raw([0x80, 3, 0, 4, 0, 0xff, 0xff, 0xff]).Raw(new byte[1 << 20]),
        ["a stream without its numbers"] = () => new ClientFrames().Control(FrameType.SynStream, [0, 0, 0, 1, 0]),
        ["a ping without a number"] = () => new ClientFrames().Control(FrameType.Ping, [1]),
        ["headers without a stream"] = () => new ClientFrames().Control(FrameType.Headers, []),
        ["no header block"] = () => new ClientFrames().OpenRaw(1, []),
        ["a header block that is no zlib"] = () => new ClientFrames().OpenRaw(1, [1, 2, 3, 4, 5, 6, 7, 8]),
        ["a header block with another dictionary"] = () => new ClientFrames().OpenRaw(1, [0x78, 0xf9, 1, 2, 3, 4, 5, 6]),
        ["a header block that breaks off"] = () => new ClientFrames().OpenBlock(1, [0, 0, 0, 1, 0, 0, 0, 9, 1]),
        ["broken deflate"] = () => new ClientFrames().OpenRaw(1, [0x78, 0x01, 0xff, 0xff, 0xff]),
        ["headers without end"] = () => new ClientFrames().OpenBlock(1, [0x7f, 0xff, 0xff, 0xff]),
        ["a name of 2 GB"] = () => new ClientFrames().OpenBlock(1, [0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff]),
        ["a header said twice"] = () => new ClientFrames().Open(1, ("a", "1"), ("a", "2")),
        ["a compressed bomb"] = () => new ClientFrames().OpenRaw(1, Bomb()),
        ["a stream of the server's"] = () => new ClientFrames().Open(2),
        ["stream 0"] = () => new ClientFrames().Open(0),
        ["a stream number that was used"] = () => new ClientFrames().Open(3).Open(1),
        ["an answer to nothing"] = () => new ClientFrames().Control(FrameType.SynReply, ClientFrames.Number(1)),
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    public async Task Breach_of_the_protocol_ends_the_connection_with_goaway(string breach)
    {
        using var stream = new ScriptedStream(Frames[breach]().Open(101).Bytes);
        var connection = new SpdyConnection(stream);
        long before = GC.GetAllocatedBytesForCurrentThread();

        List<string> events = await SpdyReading.EventsAsync(connection);

        Assert.DoesNotContain("Opened 101", events);
        Assert.Matches(@"^GoAway \d+ 1$", (await SpdyReading.FramesAsync(stream.Written)).Last());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.InRange(stream.Taken, 0, 2 * FrameLayout.MaxDataBytes);
    }

    [Fact]
    public async Task Streams_beyond_the_limit_are_refused_and_the_others_go_on()
    {
        var frames = new ClientFrames();
        for (int stream = 1; stream < 2000; stream += 2)
            frames.Open(stream);
        using var connected = new ScriptedStream(frames.Data(3, [1, 2]).Data(1999, [3]).Bytes);
        var connection = new SpdyConnection(connected, maxStreams: 5);

        List<string> events = await SpdyReading.EventsAsync(connection);

        Assert.Equal(["Opened 1", "Opened 3", "Opened 5", "Opened 7", "Opened 9", SpdyReading.Data(3, [1, 2])], events);
        Assert.Equal(5, connection.StreamCount);
        Assert.Equal(995, (await SpdyReading.FramesAsync(connected.Written)).Count(frame => frame.StartsWith("RstStream", StringComparison.Ordinal) && frame.EndsWith(" 3", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Data_of_an_unknown_stream_are_reset_once_a_frame_and_those_of_a_former_one_dropped()
    {
        using var connected = new ScriptedStream(new ClientFrames().Open(1).Data(7, new byte[100_000]).Reset(1).Data(1, [1]).Reset(9).Open(3).Bytes);
        var connection = new SpdyConnection(connected);

        Assert.Equal(["Opened 1", "Reset 1", "Opened 3"], await SpdyReading.EventsAsync(connection));
        Assert.Equal(["RstStream 7 2"], await SpdyReading.FramesAsync(connected.Written));
    }

    [Fact]
    public async Task What_header_blocks_hold_beyond_headers_does_not_pile_up()
    {
        var frames = new ClientFrames();
        byte[] junk = new byte[15_000];
        for (int stream = 1; stream < 2000; stream += 2)
            frames.OpenBlock(stream, [0, 0, 0, 0, .. junk]);
        using var connected = new ScriptedStream(frames.Bytes);

        await SpdyReading.EventsAsync(new SpdyConnection(connected, maxStreams: 1));

        Assert.StartsWith("GoAway", (await SpdyReading.FramesAsync(connected.Written)).Last(), StringComparison.Ordinal);
        Assert.InRange(connected.Taken, 0, 10 * junk.Length);
    }

    [Fact]
    public Task Nothing_throws_whatever_the_bytes() => Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[0, 400], Gen.Byte).SampleAsync(async (garbage, at, value) =>
    {
        byte[] damaged = new ClientFrames().Ping(1).Open(1, ("streamtype", "data"), ("port", "80")).Data(1, garbage).Open(3).Reset(1).Data(3, garbage, fin: true).Bytes;
        damaged[at % damaged.Length] = value;
        foreach (byte[] said in (byte[][])[garbage, damaged])
        {
            var connection = new SpdyConnection(new ScriptedStream(said));
            await SpdyReading.EventsAsync(connection);
            Assert.InRange(connection.StreamCount, 0, 2);
        }
    }, iter: 2000);

    /// <summary>A header that says 8 MB and has them, in a few KB.</summary>
    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write([0, 0, 0, 1, 0, 0, 0, 1, (byte)'a', 0, 0x80, 0, 0]);
            deflate.Write(new byte[8 * 1024 * 1024]);
        }
        return [0x78, 0x01, .. packed.ToArray()];
    }
}
