// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public class OutputLinesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_of_several_runs_do_not_mix_and_the_last_one_gets_its_end()
    {
        using var target = new MemoryStream();
        using var turn = new SemaphoreSlim(1, 1);
        await using var one = new OutputLines(target, turn, "0: "u8.ToArray());
        await using var two = new OutputLines(target, turn, "1: "u8.ToArray());

        await one.WriteAsync("a"u8.ToArray(), Cancel);
        await two.WriteAsync("x\ny"u8.ToArray(), Cancel);
        await one.WriteAsync("b\nc\nd"u8.ToArray(), Cancel);
        await one.FinishAsync();
        await two.FinishAsync();

        Assert.Equal("1: x\n0: ab\n0: c\n0: d\n1: y\n", Encoding.UTF8.GetString(target.ToArray()));
    }

    [Fact]
    public async Task What_waits_for_its_turn_is_written_once_whatever_is_cancelled_meanwhile()
    {
        using var cancelled = new CancellationTokenSource();
        using var target = new MemoryStream();
        using var turn = new SemaphoreSlim(0, 1);
        await using var lines = new OutputLines(target, turn, []);

        Task taken = lines.WriteAsync("a\nb"u8.ToArray(), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        turn.Release();
        await taken;
        await lines.FinishAsync();

        Assert.Equal("a\nb\n", Encoding.UTF8.GetString(target.ToArray()));
    }

    [Fact]
    public async Task A_write_that_nobody_takes_is_left_alone_by_who_finishes_and_comes_once()
    {
        using var target = new PausedReader();
        using var turn = new SemaphoreSlim(1, 1);
        await using var lines = new OutputLines(target, turn, []);

        Task taken = lines.WriteAsync("a\nb"u8.ToArray(), Cancel).AsTask();
        Task finished = lines.FinishAsync();
        Assert.Equal((true, false), (finished.IsCompletedSuccessfully, taken.IsCompleted));
        target.GoOn();
        await taken;
        await lines.FinishAsync();

        Assert.Equal("a\nb\n", Encoding.UTF8.GetString(target.ToArray()));
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_held_for_ever()
    {
        using var target = new MemoryStream();
        using var turn = new SemaphoreSlim(1, 1);
        await using var lines = new OutputLines(target, turn, []);

        for (int i = 0; i < 20; i++)
            await lines.WriteAsync(new byte[10_000], Cancel);

        Assert.InRange(target.Length, 100_000, 200_000);
    }

    private sealed class PausedReader : MemoryStream
    {
        private readonly TaskCompletionSource _reads = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _reads.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _reads.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
