// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Cli.Tests.Operate;
using Xunit;

namespace Pelago.Cli.Tests.History;

/// <summary>Who reads no more ends the command: it does not run on for nobody.</summary>
public sealed class ClosedPipeTests
{
    [Theory]
    [InlineData("name", "run-1")]
    [InlineData("jsonl", "{")]
    public async Task Runs_are_read_no_further_than_somebody_reads(string form, string first)
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        (fake.IsEndless, fake.Runs) = (true, [FakeHistory.Run("run-1", "web-1")]);

        string came = await fake.HeadAsync($"history query --limit 0 -o {form}");

        Assert.StartsWith(first, came, StringComparison.Ordinal);
        Assert.EndsWith("\n141\n", came, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_is_read_no_further_than_somebody_reads()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Runs = [FakeHistory.Run("run-1", "web-1")];
        fake.Log = WriteOnAsync;

        Assert.Equal("line\n141\n", await fake.HeadAsync("history log run-1"));
    }

    private static async Task WriteOnAsync(HttpContext http, string run, int number)
    {
        byte[] lines = [.. Enumerable.Repeat("line\n"u8.ToArray(), 1000).SelectMany(line => line)];
        while (!http.RequestAborted.IsCancellationRequested)
            await http.Response.Body.WriteAsync(lines, http.RequestAborted);
    }
}
