// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Pelago.Node.Serving.Spdy;
using Xunit;

namespace Pelago.Node.Tests.Serving.Spdy;

public sealed class SpdyConnectionTests
{
    private static readonly Gen<(int Action, int Stream, int Length)> Step = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4], Gen.Int[0, 90_000]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Every_event_arrives_however_the_bytes_are_cut() => Gen.Select(Step.Array[1, 25], Gen.Int[1, 40_000].Array[1, 8]).SampleAsync(async (steps, cuts) =>
    {
        (byte[] said, List<string> expected) = Conversation(steps);
        var connection = new SpdyConnection(new ScriptedStream(said, cuts));

        Assert.Equal(expected, await SpdyReading.EventsAsync(connection));
    }, iter: 150);

    [Fact]
    public Task Data_are_sent_whole_in_frames_of_a_bounded_size() => Gen.Byte.Array[0, 100_000].SampleAsync(async data =>
    {
        using var stream = new ScriptedStream(new ClientFrames().Open(1).Bytes);
        var connection = new SpdyConnection(stream);
        await connection.ReceiveAsync(default);
        await connection.WriteAsync(1, data, default);
        await connection.EndAsync(1, default);
        await connection.WriteAsync(1, data, default);

        List<string> frames = await SpdyReading.FramesAsync(stream.Written);

        int[] lengths = [.. frames.SkipLast(1).Select(frame => int.Parse(frame.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal("End 1", frames[^1]);
        Assert.Equal(data.Length, lengths.Sum());
        Assert.All(lengths, length => Assert.InRange(length, 1, FrameLayout.MaxDataBytes));
    }, iter: 30);

    [Fact]
    public async Task Streams_are_answered_and_pings_are_echoed()
    {
        using var stream = new ScriptedStream(new ClientFrames().Ping(1).Open(1, ("streamtype", "error")).Ping(2).Ping(3).Bytes);
        var connection = new SpdyConnection(stream);

        Assert.Equal("error", (await connection.ReceiveAsync(Cancel))!.Value.Headers!["streamtype"]);
        await connection.TakeAsync(1, Cancel);
        Assert.Null(await connection.ReceiveAsync(Cancel));

        Assert.Equal(["Ping 1", "SynReply 1", "Ping 3"], await SpdyReading.FramesAsync(stream.Written));
    }

    [Fact]
    public async Task Stream_that_ends_where_it_begins_is_opened_and_ended()
    {
        var connection = new SpdyConnection(new ScriptedStream(new ClientFrames().Open(1, fin: true).Ping(1).Bytes));

        Assert.Equal(["Opened 1", "Ended 1"], await SpdyReading.EventsAsync(connection));
    }

    [Fact]
    public async Task Stream_that_has_ended_both_ways_is_forgotten()
    {
        var frames = new ClientFrames();
        for (int stream = 1; stream < 400; stream += 2)
            frames.Open(stream).Data(stream, [1], fin: true);
        var connection = new SpdyConnection(new ScriptedStream(frames.Bytes), maxStreams: 2);
        int opened = 0;
        while (await connection.ReceiveAsync(Cancel) is { } happened)
        {
            if (happened.Kind != SpdyEventKind.Opened)
                continue;
            opened++;
            await connection.EndAsync(happened.StreamId, Cancel);
        }

        Assert.Equal(200, opened);
        Assert.Equal(0, connection.StreamCount);
    }

    /// <summary>A conversation that keeps the rules, and the events that it is. Streams are opened when they are first spoken of.</summary>
    private static (byte[] Said, List<string> Events) Conversation((int Action, int Stream, int Length)[] steps)
    {
        var frames = new ClientFrames();
        var events = new List<string>();
        var state = new Dictionary<int, (int Id, bool Receives)>();
        int next = 1;
        foreach ((int action, int stream, int length) in steps)
        {
            if (!state.TryGetValue(stream, out (int Id, bool Receives) known))
            {
                known = state[stream] = (next, true);
                frames.Open(next, ("streamtype", "data"), ("requestid", $"{stream}"));
                events.Add($"Opened {next} streamtype=data requestid={stream}");
                next += 2;
            }
            switch (action)
            {
                case 0 when known.Receives:
                    frames.Data(known.Id, [], fin: true);
                    events.Add($"Ended {known.Id}");
                    state[stream] = known with { Receives = false };
                    break;
                case 1:
                    frames.Reset(known.Id);
                    events.Add($"Reset {known.Id}");
                    state.Remove(stream);
                    break;
                case 2:
                    frames.Ping(stream);
                    break;
                case > 2 when known.Receives && length > 0:
                    byte[] data = new byte[length];
                    new Random(length).NextBytes(data);
                    frames.Data(known.Id, data).Control(FrameType.Headers, [.. ClientFrames.Number(99), .. frames.Block()]);
                    events.Add(SpdyReading.Data(known.Id, data));
                    // What follows is an event of its own.
                    frames.Open(next);
                    events.Add($"Opened {next}");
                    next += 2;
                    break;
            }
        }
        return (frames.Bytes, events);
    }
}
