// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Xunit;

namespace Pelago.Store.Tests.Crash;

/// <summary>A process under write load ends at any instant: every acknowledged write is there, and no revision is ever given out again.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly StateFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Kills_under_load_lose_no_acknowledged_write() => KillAsync(rounds: 5, checkEvery: 1);

    [Fact]
    [Trait("Lane", "Slow")]
    public Task Two_hundred_kills_under_load_lose_no_acknowledged_write() => KillAsync(rounds: 200, checkEvery: 20);

    [Theory]
    [InlineData(Failpoints.TornBatch)]
    [InlineData(Failpoints.BeforeCommit)]
    [InlineData(Failpoints.AfterCommit)]
    public async Task A_crash_around_a_commit_loses_no_acknowledged_write(string failpoint)
    {
        var acknowledged = new Acknowledgements();
        for (int round = 1; round <= 2; round++)
        {
            // The wait lets out what would have been acknowledged too early.
            await RunAsync(acknowledged, int.MaxValue, $"{failpoint}=abort:100@{20 * round}");
            await acknowledged.VerifyAsync(_folder.StateFile, Cancel);
            Assert.Empty(StateFile.Check(_folder.StateFile, Cancel).Findings);
        }

        Assert.NotEqual(0, acknowledged.Count);
    }

    public void Dispose() => _folder.Dispose();

    private async Task KillAsync(int rounds, int checkEvery)
    {
        var acknowledged = new Acknowledgements();
        var random = new Random(20_260_102);
        for (int round = 1; round <= rounds; round++)
        {
            await RunAsync(acknowledged, random.Next(1, 1_500), failpoints: "");
            await acknowledged.VerifyAsync(_folder.StateFile, Cancel);
            if (round % checkEvery == 0)
                Assert.Empty(StateFile.Check(_folder.StateFile, Cancel).Findings);
        }
    }

    /// <summary>Runs a writer until it has acknowledged so many writes, or ends by itself; then kills it and reads what it still had said.</summary>
    private async Task RunAsync(Acknowledgements acknowledged, int killAfter, string failpoints)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [CrashWriter.Argument, _folder.StateFile])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [Failpoints.Variable] = failpoints },
        };
        using Process process = Process.Start(start)!;
        for (int lines = 1; await process.StandardOutput.ReadLineAsync(Cancel) is { } line; lines++)
        {
            // The last line may be torn: an acknowledgement counts once it is whole.
            if (line.EndsWith(';'))
                acknowledged.Add(line);
            if (lines == killAfter)
                process.Kill();
        }
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(137, process.ExitCode);
    }
}
