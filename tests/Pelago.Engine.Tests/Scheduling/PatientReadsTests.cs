// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Pelago.Client;
using Pelago.Engine.Scheduling;
using Pelago.Kube;
using Pelago.TestKit;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public class PatientReadsTests
{
    [Fact]
    public async Task It_asks_until_the_answer_decides_and_says_each_fault_once_in_a_row()
    {
        var time = new FakeTimeProvider();
        var log = new RecordedLog();
        string[] faults = ["slow", "slow", "broken", "slow"];
        int asked = 0;

        Task<string> reading = new PatientReads(time, log).ReadAsync(
            "it",
            () => Task.FromResult(new ApiResult(default, asked < faults.Length ? ApiStatus.Internal(faults[asked++]) : null)),
            answer => answer.IsSuccess ? "read" : null,
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return reading.IsCompleted;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal("read", await reading);
        Assert.Equal(["slow", "broken", "slow"], log.Lines.Select(line => line[(line.LastIndexOf(' ') + 1)..]));
    }
}
