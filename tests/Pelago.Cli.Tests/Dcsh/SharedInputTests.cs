// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Pipelines;
using System.Text;
using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public sealed class SharedInputTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_run_gets_all_of_it()
    {
        string[] got = await DealAsync(3, isBroadcast: true, "one\ntwo");

        Assert.Equal(["one\ntwo", "one\ntwo", "one\ntwo"], got);
    }

    [Fact]
    public async Task Each_line_goes_to_one_run_in_turn_and_the_last_needs_no_end()
    {
        string[] got = await DealAsync(2, isBroadcast: false, "1\n2\n3\n4\n5");

        Assert.Equal(["1\n3\n5", "2\n4\n"], got);
    }

    [Fact]
    public async Task A_run_that_has_ended_gets_no_more_and_holds_nobody_back()
    {
        string text = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i}\n"));
        var shares = new SharedInput(2, isBroadcast: false);
        shares.Leave(0);

        Task<string> reading = new StreamReader(shares.Of(1)).ReadToEndAsync(Cancel);
        await shares.DealAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), Cancel);

        Assert.Equal(100_000 - 1, (await reading).Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task What_one_run_does_not_take_the_others_are_given()
    {
        string text = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i}\n"));
        var shares = new SharedInput(2, isBroadcast: false);

        Task dealing = shares.DealAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), Cancel);
        using var second = new StreamReader(shares.Of(1));
        int taken = 0;
        while (taken < 60_000 && await second.ReadLineAsync(Cancel) is not null)
            taken++;
        string first = await new StreamReader(shares.Of(0)).ReadToEndAsync(Cancel);
        string rest = await second.ReadToEndAsync(Cancel);
        await dealing;

        Assert.Equal(100_000, taken + first.Count(letter => letter == '\n') + rest.Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task A_line_longer_than_is_held_stays_with_one_run()
    {
        string line = new string('x', 5 << 20) + "\n";

        string[] got = await DealAsync(3, isBroadcast: false, line + "2\n3\n4\n");

        Assert.Equal(line.Length, Assert.Single(got, share => share.Contains('x', StringComparison.Ordinal)).Count(letter => letter == 'x') + 1);
        Assert.Equal(line.Length + 6, got.Sum(share => share.Length));
    }

    [Fact]
    public async Task The_rest_of_a_long_line_whose_run_has_ended_is_no_other_runs()
    {
        var shares = new SharedInput(2, isBroadcast: false);
        var source = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        Task dealing = shares.DealAsync(source.Reader.AsStream(), Cancel);
        using var first = new StreamReader(shares.Of(0));
        await source.Writer.WriteAsync(Encoding.UTF8.GetBytes(new string('x', 2 << 20)), Cancel);
        char[] one = new char[1];
        Assert.Equal(1, await first.ReadAsync(one.AsMemory(), Cancel));

        shares.Leave(0);
        await source.Writer.WriteAsync(Encoding.UTF8.GetBytes(new string('x', 2 << 20) + "\nnext\n"), Cancel);
        await source.Writer.CompleteAsync();

        Assert.Equal("next\n", await new StreamReader(shares.Of(1)).ReadToEndAsync(Cancel));
        await dealing;
    }

    [Fact]
    public async Task Whatever_ends_the_reading_of_the_source_ends_the_shares()
    {
        var shares = new SharedInput(2, isBroadcast: true);
        var source = new MemoryStream();
        await source.DisposeAsync();

        await shares.DealAsync(source, Cancel);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => new StreamReader(shares.Of(1)).ReadToEndAsync(Cancel));
    }

    private static async Task<string[]> DealAsync(int runs, bool isBroadcast, string text)
    {
        var shares = new SharedInput(runs, isBroadcast);
        Task<string>[] reading = [.. Enumerable.Range(0, runs).Select(run => new StreamReader(shares.Of(run)).ReadToEndAsync(Cancel))];
        await shares.DealAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), Cancel);
        return await Task.WhenAll(reading);
    }
}
