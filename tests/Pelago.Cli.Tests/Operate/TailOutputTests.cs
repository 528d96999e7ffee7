// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Cli.Operate;
using Pelago.Cli.Operate.Files;
using Pelago.Cli.Operate.Tail;
using Pelago.Kube;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

public sealed class TailOutputTests
{
    private const int LongestLine = 1 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_that_is_longer_than_is_held_keeps_its_bytes_and_its_place()
    {
        TailSource one = Source("one"), two = Source("two");
        string longest = new('a', LongestLine);

        string printed = await PrintedAsync(
            (one, $"2026-01-01T00:00:05.000000000Z {longest}"), (one, "9 words"), (one, " after\n2026-01-01T00:00:07.000000000Z end\n"), (two, "2026-01-01T00:00:06.000000000Z between\n"));

        Assert.True(printed == $"{longest}9 words after\nbetween\nend\n", printed.Replace(longest, "<longest>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_that_begins_behind_a_long_one_is_held_until_it_has_its_time()
    {
        TailSource one = Source("one");
        string longest = new('a', LongestLine);

        string printed = await PrintedAsync((one, $"2026-01-01T00:00:05.000000000Z {longest}\n2026-01-01T00:0"), (one, "0:07.000000000Z end\n"));

        Assert.True(printed == $"{longest}\nend\n", printed.Replace(longest, "<longest>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_source_that_has_ended_in_a_line_begins_again_with_a_time()
    {
        TailSource one = Source("one");

        string printed = await PrintedAsync((one, $"2026-01-01T00:00:05.000000000Z {new string('a', LongestLine)}"), (one, ""), (one, "2026-01-01T00:00:07.000000000Z again\n"));

        Assert.EndsWith("aagain\n", printed, StringComparison.Ordinal);
    }

    /// <summary>All of what comes, in order of time; an empty text is the end of its source.</summary>
    private static async Task<string> PrintedAsync(params (TailSource Source, string Text)[] pieces)
    {
        using var bytes = new MemoryStream();
        await using var printed = new StandardOutput(bytes, Cancel);
        using var output = new TailOutput(printed, new TailWanted { Texts = [], IsOrdered = true, IsQuiet = true });
        foreach ((TailSource source, string text) in pieces)
            await (text.Length == 0 ? output.EndAsync(source) : output.WriteAsync(source, Encoding.ASCII.GetBytes(text), Cancel));
        await output.ReleaseAsync(long.MaxValue, Cancel);
        return Encoding.ASCII.GetString(bytes.ToArray());
    }

    private static TailSource Source(string name) =>
        new(new FoundTask(null!, new PodTask { Pod = new TaskPod { Namespace = "default", Name = name }, Container = "main" }), name, new TextName(TextName.Log));
}
