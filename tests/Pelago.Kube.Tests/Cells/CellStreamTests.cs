// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class CellStreamTests
{
    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (10, PodText.Any.Select(pod => new Step(pod, false, false))),
        (4, PodText.Any.Select(pod => new Step(pod, true, false))),
        (4, Gen.Const(new Step(null, false, true))));

    [Fact]
    public void Any_history_makes_the_picture_that_it_tells() => AnyStep.Array[0, 60].Sample(steps =>
    {
        var output = new ArrayBufferWriter<byte>();
        var model = new Dictionary<string, (string, CellState, CellFlags)>();
        int visible = 0, written = 0;
        var cells = new CellEncoder(new StoppedClock());
        written += cells.Begin(output);
        foreach (Step step in steps)
        {
            if (step.EndsBatch)
            {
                written += cells.EndBatch(output);
            }
            else if (step.IsDeleted)
            {
                written += cells.Remove(output, step.Pod!.ToUtf8());
                model.Remove(step.Pod.Key);
                visible++;
            }
            else
            {
                written += cells.Set(output, step.Pod!.ToUtf8());
                visible += model.TryGetValue(step.Pod.Key, out (string, CellState, CellFlags) before) && before == step.Pod.Look ? 0 : 1;
                model[step.Pod.Key] = step.Pod.Look;
            }
        }

        written += cells.EndBatch(output);
        var log = CellLog.Of(output.WrittenSpan);

        Assert.Equal(model.OrderBy(pair => pair.Key), log.Picture.OrderBy(pair => pair.Key));
        Assert.Equal(visible, log.Changes.Count);
        Assert.Equal(output.WrittenCount, written);
        Assert.Equal(model.Count, cells.Count);
    });

    [Fact]
    public void It_reads_the_same_however_it_arrives() => Gen.Select(AnyStep.Array[1, 30], Gen.Int[1, 40].Array[1, 20]).Sample((steps, sizes) =>
    {
        byte[] stream = Encode(steps);
        var whole = CellLog.Of(stream);
        var pieces = new CellLog();
        var reader = new CellReader(pieces);
        for (int at = 0, i = 0; at < stream.Length; i++)
        {
            int size = Math.Min(sizes[i % sizes.Length], stream.Length - at);
            reader.Read(stream.AsSpan(at, size));
            at += size;
        }

        reader.Complete();

        Assert.Equal(whole.Lines, pieces.Lines);
    });

    [Fact]
    public void A_number_is_given_again_when_its_pod_is_gone_and_not_before()
    {
        var clock = new StoppedClock();
        var output = new ArrayBufferWriter<byte>();
        var cells = new CellEncoder(clock);
        cells.Begin(output);
        cells.Set(output, Pod("a"));
        cells.Set(output, Pod("b"));
        cells.EndBatch(output);
        clock.Pass(TimeSpan.FromMilliseconds(1500));
        cells.Remove(output, Pod("a"));
        cells.Set(output, Pod("c"));
        cells.WriteBookmark(output, 42, endsInitialState: true);
        cells.Set(output, Pod("d"));
        cells.WriteError(output, ApiStatus.Expired("too old"));

        Assert.Equal(
            [
                "begin 1767225600000", "cell 0 default/a", "node 1 n", "cell 1 default/b", "change 0 Running None node 1 at 0", "change 1 Running None node 1 at 0",
                "change 0 Gone None node 0 at 1500", "cell 0 default/c", "change 0 Running None node 1 at 1500", "bookmark 42 initial",
                "cell 2 default/d", "change 2 Running None node 1 at 1500", "error 410 Expired",
            ],
            CellLog.Of(output.WrittenSpan).Lines);
    }

    [Fact]
    public void A_pod_of_the_same_name_is_named_after_the_other_is_gone()
    {
        var output = new ArrayBufferWriter<byte>();
        var cells = new CellEncoder(new StoppedClock());
        cells.Begin(output);
        cells.Set(output, Pod("a"));
        cells.Remove(output, Pod("a"));
        cells.Set(output, Pod("a", isReady: true));
        cells.EndBatch(output);

        Assert.Equal(
            ["cell 0 default/a", "node 1 n", "change 0 Running None node 1 at 0", "change 0 Gone None node 0 at 0", "cell 0 default/a", "change 0 Ready None node 1 at 0"],
            CellLog.Of(output.WrittenSpan).Lines.Skip(1));
    }

    [Fact]
    public void A_pod_that_was_never_named_can_be_gone()
    {
        var output = new ArrayBufferWriter<byte>();
        var cells = new CellEncoder(new StoppedClock());
        cells.Begin(output);
        cells.Remove(output, Pod("a"));
        cells.EndBatch(output);

        Assert.Equal(["cell 0 default/a", "change 0 Gone None node 0 at 0"], CellLog.Of(output.WrittenSpan).Lines.Skip(1));
    }

    [Fact]
    public void Nodes_beyond_the_last_number_share_it()
    {
        var output = new ArrayBufferWriter<byte>();
        var cells = new CellEncoder(new StoppedClock());
        cells.Begin(output);
        for (int i = 1; i <= CellProtocol.MaxNodes + 2; i++)
            cells.Set(output, Pod("a", $"n{i}"));
        cells.EndBatch(output);

        var log = CellLog.Of(output.WrittenSpan);

        Assert.Equal(("(others)", CellState.Running, CellFlags.None), log.Picture["default/a"]);
        Assert.Equal(CellProtocol.MaxNodes, log.Lines.Count(line => line.StartsWith("node ", StringComparison.Ordinal)));
        // The last ones look alike: they are one node to the stream.
        Assert.Equal(CellProtocol.MaxNodes, log.Changes.Count);
    }

    [Fact]
    public void A_change_takes_12_bytes_and_next_to_nothing_beside_and_no_memory()
    {
        const int pods = 5000, batch = 250;
        byte[][] running = [.. Enumerable.Range(0, pods).Select(i => Pod($"web-6f9b7c5d48-{i:d5}", $"node-{i % 100}"))];
        byte[][] ready = [.. Enumerable.Range(0, pods).Select(i => Pod($"web-6f9b7c5d48-{i:d5}", $"node-{i % 100}", isReady: true))];
        var output = new ArrayBufferWriter<byte>();
        var cells = new CellEncoder(new StoppedClock());
        cells.Begin(output);
        foreach (byte[] pod in running)
            cells.Set(output, pod);
        cells.WriteBookmark(output, 1, endsInitialState: true);
        double first = (double)output.WrittenCount / pods;

        bool isReady = false;
        Allocation.IsNoneOnceCompiled(() =>
        {
            isReady = !isReady;
            output.ResetWrittenCount();
            for (int i = 0; i < pods; i++)
            {
                cells.Set(output, (isReady ? ready : running)[i]);
                if (i % batch == batch - 1)
                    cells.WriteBookmark(output, (ulong)i, endsInitialState: false);
            }
        });
        double later = (double)output.WrittenCount / pods;

        // With its name, once: 12 bytes and the name with 8 more. Afterwards: 12, and 17 for each batch.
        Assert.InRange(first, 12, 12 + 8 + "default/web-6f9b7c5d48-00000".Length + 2);
        Assert.InRange(later, 12, 12 + (17.0 / batch) + 0.001);
    }

    private static byte[] Encode(Step[] steps)
    {
        var output = new ArrayBufferWriter<byte>();
        var cells = new CellEncoder(new StoppedClock());
        cells.Begin(output);
        foreach (Step step in steps)
        {
            if (step.EndsBatch)
                cells.WriteBookmark(output, 7, endsInitialState: false);
            else if (step.IsDeleted)
                cells.Remove(output, step.Pod!.ToUtf8());
            else
                cells.Set(output, step.Pod!.ToUtf8());
        }

        cells.EndBatch(output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Pod(string name, string node = "n", bool isReady = false) => new PodText(name, node, "Running", isReady, false, 0, "").ToUtf8();

    private sealed record Step(PodText? Pod, bool IsDeleted, bool EndsBatch);
}
