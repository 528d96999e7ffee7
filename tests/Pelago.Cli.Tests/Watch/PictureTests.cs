// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using Pelago.Cli.Output;
using Pelago.Cli.Tests.Output;
using Pelago.Cli.Watch;
using Pelago.Kube;
using Xunit;

namespace Pelago.Cli.Tests.Watch;

public class PictureTests
{
    private readonly LivePicture _picture = new(Grouping.Node, TimeProvider.System);

    [Fact]
    public void Pods_stand_with_their_node_and_move_when_they_are_bound()
    {
        var cluster = new ClusterPicture(_picture, "");
        Tell(cluster, cells => cells.Set("ns/a", "", CellState.Pending).Set("ns/b", "n1", CellState.Ready));
        string[] before = [.. _picture.Groups.Select(group => $"{group.Name}: {group.Count}")];
        Tell(cluster, cells => cells.Set("ns/a", "n1", CellState.Scheduled));

        Assert.Equal(["(no node): 1", "n1: 1"], before);
        Assert.Equal(["n1: 2"], _picture.Groups.Select(group => $"{group.Name}: {group.Count}"));
        Assert.Equal((2, 1, 1, 1), (_picture.Tally.Pods, _picture.Tally.Nodes, _picture.Tally[CellState.Ready], _picture.Tally[CellState.Scheduled]));
    }

    [Fact]
    public void After_a_new_stream_that_tells_all_what_it_did_not_name_is_gone()
    {
        var cluster = new ClusterPicture(_picture, "");
        Tell(cluster, cells => cells.Set("ns/a", "n1", CellState.Ready).Set("ns/b", "n1", CellState.Ready).Told());
        Assert.True(cluster.HasState);
        Assert.Equal(0, _picture.Tally.Changes);

        Tell(cluster, cells => cells.Set("ns/b", "n2", CellState.Ready).Set("ns/c", "n2", CellState.Ready).Told());

        Assert.Equal(["n2: 2"], _picture.Groups.Select(group => $"{group.Name}: {group.Count}"));
        Assert.Equal((2, 3L), (_picture.Tally.Pods, _picture.Tally.Changes));
    }

    [Fact]
    public void A_new_stream_that_goes_on_keeps_what_it_does_not_name()
    {
        var cluster = new ClusterPicture(_picture, "");
        Tell(cluster, cells => cells.Set("ns/a", "n1", CellState.Ready).Set("ns/b", "n1", CellState.Ready).Told());
        Tell(cluster, cells => cells.Remove("ns/b").Remove("ns/never-seen"));

        Assert.Equal(["n1: 1"], _picture.Groups.Select(group => $"{group.Name}: {group.Count}"));
    }

    [Fact]
    public void Clusters_of_one_picture_have_their_own_groups()
    {
        Tell(new ClusterPicture(_picture, "east"), cells => cells.Set("ns/web-6f9b7c5d48-x2x9p", "n1", CellState.Ready));
        Tell(new ClusterPicture(_picture, "west"), cells => cells.Set("ns/web-6f9b7c5d48-x2x9p", "n1", CellState.Failed));
        string[] byNode = [.. _picture.Groups.Select(group => group.Name)];
        _picture.GroupBy(Grouping.Workload);

        Assert.Equal(["east n1", "west n1"], byNode);
        Assert.Equal(["east ns/web", "west ns/web"], _picture.Groups.Select(group => group.Name));
        Assert.Equal((2, 2), (_picture.Tally.Pods, _picture.Tally.Nodes));
    }

    [Fact]
    public void A_pod_that_goes_leaves_its_place_to_the_next_one_and_the_others_stay()
    {
        var group = new CellGroup("n");
        ShownPod[] pods = [.. Enumerable.Range(0, 40).Select(i => new ShownPod("", $"ns/{i}"))];
        foreach (ShownPod pod in pods)
            group.Add(pod);
        group.Remove(pods[3]);
        group.Remove(pods[5]);
        var next = new ShownPod("", "ns/next");
        group.Add(next);

        Assert.Equal(3, next.Slot);
        Assert.Equal((39, 40, 39), (group.Count, group.Size, pods[39].Slot));
        foreach (ShownPod pod in pods[6..28])
            group.Remove(pod);
        // Places are given anew when there are more holes than pods, which was so when 19 were left.
        Assert.Equal((17, 19), (group.Count, group.Size));
        Assert.Equal(17, pods.Append(next).Where(pod => pod.Group == group).Select(pod => pod.Slot).Distinct().Count());
    }

    [Fact]
    public void The_screen_shows_counts_and_a_coloured_cell_for_each_pod()
    {
        Tell(new ClusterPicture(_picture, ""), cells => cells
            .Set("ns/a", "node-1", CellState.Ready).Set("ns/b", "node-1", CellState.Failed).Set("ns/c", "node-2", CellState.Starting).Told());

        TestTerminal terminal = Draw(hasColours: true, 60, 8);

        Assert.Equal(
            [
                "test  3 pods on 2 nodes, by node", "■ 1 starting  ■ 1 ready  ■ 1 failed", "      0 changes/s        0 ready/s", "",
                "node-1 ■ ■", "node-2 ■", "", "q quit  n nodes  w workloads  s namespaces  space hold",
            ], terminal.Lines);
        Assert.StartsWith($"38;5;{CellLooks.Colour(CellLook.Ready)} ", terminal.InkAt(7, 4), StringComparison.Ordinal);
        Assert.StartsWith($"38;5;{CellLooks.Colour(CellLook.Failed)} ", terminal.InkAt(9, 4), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_colours_states_are_letters()
    {
        Tell(new ClusterPicture(_picture, ""), cells => cells
            .Set("ns/a", "node-1", CellState.Ready).Set("ns/b", "node-1", CellState.Failed).Set("ns/c", "node-1", CellState.Ready, CellFlags.Restarted).Told());

        Assert.Equal("node-1 o F O", Draw(hasColours: false, 60, 8).Lines[4]);
    }

    [Fact]
    public void When_a_cell_stands_for_several_pods_it_shows_the_one_in_most_need()
    {
        Tell(new ClusterPicture(_picture, ""), cells =>
        {
            for (int i = 0; i < 4000; i++)
                cells.Set($"ns/p{i}", "n", i == 1234 ? CellState.Failed : CellState.Ready);
            cells.Told();
        });

        TestTerminal terminal = Draw(hasColours: true, 60, 12);

        Assert.Contains("3 pods a cell", Draw(hasColours: true, 140, 12).Lines[^1], StringComparison.Ordinal);
        string failed = $"5;{CellLooks.Colour(CellLook.Failed)}";
        Assert.Equal(1, Enumerable.Range(4, 7).Sum(y => Enumerable.Range(0, 60).Count(x => terminal.InkAt(x, y).Contains(failed, StringComparison.Ordinal))));
    }

    private TestTerminal Draw(bool hasColours, int width, int height)
    {
        using var output = new MemoryStream();
        var screen = new Screen(output, hasColours);
        screen.Clear(width, height);
        new GridView(_picture, "test", hasColours).Draw(screen, "", isHeld: false);
        screen.Flush();
        var terminal = new TestTerminal(width, height);
        terminal.Receive(output.ToArray());
        return terminal;
    }

    /// <summary>A stream of its own, as a feed hands it on.</summary>
    private static void Tell(ClusterPicture cluster, Action<Script> write)
    {
        var script = new Script();
        write(script);
        new CellReader(cluster).Read(script.End());
    }

    private sealed class Script
    {
        private readonly ArrayBufferWriter<byte> _output = new();
        private readonly CellEncoder _cells = new(TimeProvider.System);

        public Script() => _cells.Begin(_output);

        public Script Set(string key, string node, CellState state, CellFlags flags = CellFlags.None)
        {
            _cells.Set(_output, new PodLook(key, node, state, flags));
            return this;
        }

        public Script Remove(string key)
        {
            _cells.Remove(_output, new PodLook(key, "", CellState.Gone, CellFlags.None));
            return this;
        }

        public Script Told()
        {
            _cells.WriteBookmark(_output, 1, endsInitialState: true);
            return this;
        }

        public ReadOnlySpan<byte> End()
        {
            _cells.EndBatch(_output);
            return _output.WrittenSpan;
        }
    }
}
