// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using Pelago.Node.Kubelets.Runs;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Kubelets.Runs;

/// <summary>What is read of the log of a run, whatever becomes of its files.</summary>
public sealed class KubeletRunLogTests : KubeletRunsScene
{
    [Fact]
    public async Task A_log_is_whole_though_its_files_are_removed_before_anybody_looks_again()
    {
        await PodAsync("gone");
        SeenContainer one = Containers.Run("gone");
        Write("gone", "first, ");
        await LookAsync();
        Write("gone", "last");
        Directory.Delete(Folder["logs/shop_gone_uid-gone"], recursive: true);
        Containers.End(one, 0, "Completed");

        await LookAsync();

        Assert.Equal("first, last", Assert.Single(Recorder.Told).Log);
    }

    [Fact]
    public async Task A_log_that_is_written_on_after_the_end_is_told_again()
    {
        SeenContainer one = Containers.Run("late");
        Write("late", "early");
        Containers.End(one, 0);
        await LookAsync();
        Write("late", ", late");
        await LookAsync();
        await LookAsync();

        Assert.Equal(["early", "early, late"], Recorder.Told.Select(told => told.Log));
    }

    [Fact]
    public async Task Rotated_files_are_part_of_it_compressed_or_not_and_lost_ones_are_missed()
    {
        SeenContainer one = Containers.Run("chatty");
        Write("chatty", "one ");
        await LookAsync();
        Rotate("chatty", "20260101-000000", pack: true);
        Write("chatty", "two ");
        await LookAsync();
        Rotate("chatty", "20260102-000000", pack: false);
        Write("chatty", "three");
        await LookAsync();
        SeenContainer other = Containers.Run("cut");
        Write("cut", "one ");
        await LookAsync();
        Rotate("cut", "20260101-000000", pack: true);
        Write("cut", "two");
        await LookAsync();
        File.Delete(Folder[$"logs/{FakeContainers.LogOf("cut")}.20260101-000000.gz"]);
        Containers.End(one, 0);
        Containers.End(other, 0);
        await LookAsync();

        (EndedContainer ended, string log) = Recorder.Told.Single(told => told.Ended.Pod.Metadata.Name == "chatty");
        Assert.Equal(("one two three", false), (log, ended.IsLogCut));
        (EndedContainer cut, string rest) = Recorder.Told.Single(told => told.Ended.Pod.Metadata.Name == "cut");
        Assert.Equal(("two", true), (rest, cut.IsLogCut));
        Assert.Empty(Directory.EnumerateFiles(Folder["scratch"]));
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_log_is_not_read()
    {
        await File.WriteAllTextAsync(Folder["secret"], "secret", Cancel);
        SeenContainer one = Containers.Run("sly");
        Directory.CreateDirectory(Path.GetDirectoryName(Folder[$"logs/{FakeContainers.LogOf("sly")}"])!);
        File.CreateSymbolicLink(Folder[$"logs/{FakeContainers.LogOf("sly")}"], Folder["secret"]);
        Containers.End(one, 0);
        await LookAsync();

        Assert.Equal("", Assert.Single(Recorder.Told).Log);
    }

    [Fact]
    public async Task What_is_being_recorded_when_the_agent_ends_is_read_to_its_end()
    {
        SeenContainer one = Containers.Run("slow");
        Write("slow", "whole");
        await LookAsync();
        Directory.Delete(Folder["logs/shop_slow_uid-slow"], recursive: true);
        Containers.End(one, 0);
        var free = new TaskCompletionSource();
        Recorder.Free = free.Task;
        using var stop = new CancellationTokenSource();
        await Runs.LookAsync(stop.Token);
        await Eventually.TrueAsync(() => Recorder.IsAsked, Cancel);

        await stop.CancelAsync();
        Task ending = Runs.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        free.SetResult();
        await ending;

        Assert.Equal("whole", Assert.Single(Recorder.Told).Log);
    }

    [Fact]
    public async Task Unpacked_files_have_no_name_and_one_that_is_damaged_is_missed()
    {
        SeenContainer one = Containers.Run("torn");
        Write("torn", "one ");
        await LookAsync();
        Rotate("torn", "20260101-000000", pack: true);
        Write("torn", "two");
        string packed = Folder[$"logs/{FakeContainers.LogOf("torn")}.20260101-000000.gz"];
        await LookAsync();
        Containers.End(one, 0);
        string[] named = ["not looked"];
        Recorder.Reading = () => named = Directory.GetFiles(Folder["scratch"]);
        await LookAsync();
        Assert.Empty(named);
        await File.WriteAllTextAsync(packed, "no gzip", Cancel);
        Write("torn", "!");
        await LookAsync();

        Assert.Equal([("one two", false), ("two!", true)], Recorder.Told.Select(told => (told.Log, told.Ended.IsLogCut)));
    }

    private void Rotate(string pod, string stamp, bool pack)
    {
        string path = Folder[$"logs/{FakeContainers.LogOf(pod)}"], rotated = $"{path}.{stamp}";
        File.Move(path, rotated);
        if (!pack)
            return;
        using (var packed = new GZipStream(File.Create(rotated + ".gz"), CompressionLevel.Fastest))
            packed.Write(File.ReadAllBytes(rotated));
        File.Delete(rotated);
    }
}
