// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public class CheckedOutputTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", 4294967295)]
    [InlineData("hello\n", 3015617425)]
    [InlineData("got\n", 2974352914)]
    public async Task The_sum_is_that_of_cksum(string text, uint sum)
    {
        await using var output = new CheckedOutput(Stream.Null, () => { });

        foreach (byte part in Encoding.UTF8.GetBytes(text))
            await output.WriteAsync(new[] { part }, Cancel);

        Assert.Equal(sum, output.Checksum());
        Assert.Equal(text.Length, output.Count);
    }

    [Fact]
    public async Task A_reader_that_went_away_is_told_once_and_the_bytes_count_on()
    {
        int told = 0;
        await using var output = new CheckedOutput(new ClosedPipe(32), () => told++);

        await output.WriteAsync("one"u8.ToArray(), Cancel);
        await output.WriteAsync("two"u8.ToArray(), Cancel);

        Assert.Equal((1, 6L), (told, output.Count));
        Assert.Null(output.Fault);
        await output.Reached(6).WaitAsync(Cancel);
    }

    [Fact]
    public async Task What_cannot_be_written_is_a_fault_and_no_reader_that_went_away()
    {
        await using var output = new CheckedOutput(new ClosedPipe(28), () => { }); // ENOSPC

        await output.WriteAsync("one"u8.ToArray(), Cancel);

        Assert.Equal(3L, output.Count);
        Assert.NotNull(output.Fault);
    }

    [Fact]
    public async Task What_was_taken_is_written_and_counted_whatever_is_cancelled_meanwhile()
    {
        using var cancelled = new CancellationTokenSource();
        await using var target = new SlowReader();
        await using var output = new CheckedOutput(target, () => { });

        Task taken = output.WriteAsync("got\n"u8.ToArray(), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        target.WasRead.SetResult();
        await taken;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await output.WriteAsync("more"u8.ToArray(), cancelled.Token));

        Assert.Equal("got\n", Encoding.UTF8.GetString(target.ToArray()));
        Assert.Equal((4L, 2974352914u), (output.Count, output.Checksum()));
    }

    private sealed class SlowReader : MemoryStream
    {
        public TaskCompletionSource WasRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await WasRead.Task.WaitAsync(cancellationToken);
            await base.WriteAsync(buffer, CancellationToken.None);
        }
    }

    private sealed class ClosedPipe(int error) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("Broken pipe", error);
    }
}
