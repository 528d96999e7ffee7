// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public sealed class RunReportsTests
{
    [Fact]
    public void A_descriptor_that_takes_nothing_is_a_fault_of_the_report_and_changes_no_result()
    {
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write);
        string descriptor = full.SafeFileHandle.DangerousGetHandle().ToInt32().ToString(CultureInfo.InvariantCulture);
        using var reports = new RunReports(null, descriptor, new RunRequest { Command = ["true"] });

        reports.Tell("id", [new RunResult(0, "c", "p", 7, RunResult.OfChild, null, DateTimeOffset.UnixEpoch, TimeSpan.Zero, 0, 0)]);

        Assert.NotNull(reports.StatusFault);
    }
}
