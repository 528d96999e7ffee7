// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Lines;
using Pelago.Node.Files;
using Pelago.Node.Native;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Files;

public sealed class FileWalkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        DirectoryTree.Delete(_directory.Path);
        _directory.Dispose();
    }

    [Fact]
    public async Task Files_are_found_by_name_type_size_and_age_in_the_order_of_their_names()
    {
        Write("b/deep/x.log", 10);
        Write("a.log", 2000);
        Write("two\nlines.log", 1);
        File.SetLastWriteTimeUtc(Path("a.log"), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Equal(["", "a.log", "b", "b/deep", "b/deep/x.log", "two\nlines.log"], await FindAsync(new FindQuery()));
        Assert.Equal(["a.log", "b/deep/x.log", "two\nlines.log"], await FindAsync(new FindQuery { Name = new Glob("*.log") }));
        Assert.Equal(["", "b", "b/deep"], await FindAsync(new FindQuery { Types = "d" }));
        Assert.Equal(["a.log"], await FindAsync(new FindQuery { Types = "f", Smallest = 1000 }));
        Assert.Equal(["b/deep/x.log", "two\nlines.log"], await FindAsync(new FindQuery { Types = "f", NewerThan = new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero) }));
        Assert.Equal(["", "a.log", "b", "two\nlines.log"], await FindAsync(new FindQuery { Depth = 1 }));
    }

    [Fact]
    public async Task No_link_is_followed_and_its_target_is_told()
    {
        using var elsewhere = new TemporaryDirectory();
        await File.WriteAllTextAsync(elsewhere["secret"], "x", Cancel);
        Directory.CreateSymbolicLink(Path("out"), elsewhere.Path);
        File.CreateSymbolicLink(Path("loop"), ".");

        Assert.Equal(["", "loop", "out"], await FindAsync(new FindQuery()));
        JsonObject link = (await LinesAsync(new FindQuery { Name = new Glob("out") }))[0];
        Assert.Equal(("l", elsewhere.Path), (link.String("type"), link.String("target")));
    }

    [Fact]
    public async Task Directory_that_becomes_a_link_while_it_is_looked_at_leads_nowhere()
    {
        using var elsewhere = new TemporaryDirectory();
        await File.WriteAllTextAsync(elsewhere["secret"], "x", Cancel);
        Write("a/inside", 1);
        using BeneathPath start = BeneathPath.Open(_directory.Path, ".")!;
        var seen = new List<string>();
        foreach (WalkStep step in new FileWalk(TimeProvider.System).Below(start, int.MaxValue, isRoot: false))
        {
            seen.Add(step.Path);
            if (step is not { Path: "a", IsLeaving: false })
                continue;
            Directory.Delete(Path("a"), recursive: true);
            Directory.CreateSymbolicLink(Path("a"), elsewhere.Path);
        }

        Assert.DoesNotContain("a/secret", seen);
    }

    [Fact]
    public async Task Sum_of_a_directory_is_of_all_in_it_and_counts_a_file_of_two_names_once()
    {
        Write("a/one", 1000);
        Write("b/two", 500);
        Assert.Equal(0, LibC.SystemCall(86, Text(Path("a/one")), Text(Path("b/again")), 0, 0)); // link

        JsonObject[] lines = await UsageAsync(int.MaxValue);
        Assert.Equal([("a", 1000L), ("b", 500L), ("", 1500L)], lines.SkipLast(1).Select(line => (line.String("path")!, line.Integer("size")!.Value)));
        Assert.Equal([""], (await UsageAsync(0)).SkipLast(1).Select(line => line.String("path")!));
    }

    [Fact]
    public async Task Last_line_says_that_it_is_the_last()
    {
        Write("a", 1);

        JsonObject end = (await LinesAsync(new FindQuery()))[^1].Object("end")!;

        Assert.Equal((2L, 0L, false), (end.Integer("visited"), end.Integer("unreadable"), end.Boolean("truncated")));
    }

    [Fact]
    public async Task Names_that_are_no_text_are_left_out_and_counted_for_each_directory()
    {
        const string Make = "mkdir \"$1/d\" \"$1/$(printf 'dir\\377')\" && : >\"$1/d/good\" && : >\"$1/d/$(printf 'a\\377')\" && : >\"$1/d/$(printf 'b\\377')\"";
        ProgramResult made = await ProgramRun.RunAsync("/bin/sh", ["-c", Make, "sh", _directory.Path], null, TimeSpan.FromSeconds(30), Cancel);

        JsonObject[] lines = await LinesAsync(new FindQuery());

        Assert.Equal(0, made.ExitCode);
        Assert.Equal(["", "d", "d/good"], lines.SkipLast(3).Select(line => line.String("path")!));
        Assert.Equal([("", 1L), ("d", 2L)], lines.SkipLast(1).TakeLast(2).Select(line => (line.String("path")!, line.Integer("unnamed")!.Value)));
        Assert.Equal(3L, lines[^1].Object("end")!.Integer("visited")!.Value);
    }

    private static nint Text(string text) => System.Runtime.InteropServices.Marshal.StringToCoTaskMemUTF8(text);

    private string Path(string relative) => _directory[relative];

    private void Write(string relative, int length)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(relative))!);
        File.WriteAllBytes(Path(relative), new byte[length]);
    }

    private async Task<IEnumerable<string>> FindAsync(FindQuery query) => (await LinesAsync(query)).SkipLast(1).Select(line => line.String("path")!);

    private Task<JsonObject[]> LinesAsync(FindQuery query) => RunAsync(query.Depth, (found, steps) => found.FindAsync(steps, query, Cancel));

    private Task<JsonObject[]> UsageAsync(int depth) => RunAsync(int.MaxValue, (found, steps) => found.AddUpAsync(steps, depth, Cancel));

    private async Task<JsonObject[]> RunAsync(int depth, Func<FoundFiles, IEnumerable<WalkStep>, Task> write)
    {
        using BeneathPath start = BeneathPath.Open(_directory.Path, ".")!;
        using var output = new MemoryStream();
        using var found = new FoundFiles(output);
        var walk = new FileWalk(TimeProvider.System);
        await write(found, walk.Below(start, depth, isRoot: false));
        await found.EndAsync(walk, Cancel);
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => KubeJson.ParseObject(Encoding.UTF8.GetBytes(line)))];
    }
}
