// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class TaskConditionsTests
{
    private static readonly PodTask Web = new()
    {
        Pod = new TaskPod { Cluster = "east", Namespace = "shop", Name = "web-1", Node = "rack7-3", Owner = "Deployment/web", Created = AnyTask.Now - 3_000 },
        Container = "app", State = TaskState.Failed, Restarts = 4, ExitCode = 137, Reason = "OOMKilled", Image = "registry/a,b:1", Finished = AnyTask.Now - 90,
        CpuRequest = 250, MemoryRequest = 512 << 20,
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("state=failed,node~rack7,age<1h", true)]
    [InlineData("state=failed,node~rack8", false)]
    [InlineData("state=lost|failed", true)]
    [InlineData("state!=failed", false)]
    [InlineData("STATE=Failed", true)]
    [InlineData("age<50m", false)]
    [InlineData("age<=50m", true)]
    [InlineData("age>=3000s", true)]
    [InlineData("age<1d", true)]
    [InlineData("age>1w", false)]
    [InlineData("age<1d2h", true)]
    [InlineData("ended<2m", true)]
    [InlineData("started<2m", false)]
    [InlineData("started>2m", false)]
    [InlineData("exit=137", true)]
    [InlineData("exit!=0", true)]
    [InlineData("restarts>3", true)]
    [InlineData("restarts=3|4", true)]
    [InlineData("cpu>=250m", true)]
    [InlineData("cpu=0.25", true)]
    [InlineData("cpu<0.2", false)]
    [InlineData("mem>=512Mi", true)]
    [InlineData("mem>0.5Gi", false)]
    [InlineData("cpuused>0", false)]
    [InlineData("cpuused!=0", false)]
    [InlineData("owner=Deployment/web", true)]
    [InlineData("ns=shop", true)]
    [InlineData("node~/^rack[78]-/", true)]
    [InlineData("node~/a{1,2}ck/,ns=shop", true)]
    [InlineData("node!~/^rack7/", false)]
    [InlineData("image~/a,restarts=4", true)]
    [InlineData("node~rack?-3", true)]
    [InlineData("node!~rack7", false)]
    [InlineData("image=\"registry/a,b:1\",exit=137", true)]
    [InlineData(" node = rack7-3 , exit = 137 ,", true)]
    public void Conditions_hold_or_not(string text, bool expected)
    {
        Assert.True(TaskConditions.TryParse(text, out TaskConditions? conditions, out string? error), error);

        Assert.Equal(expected, conditions.Matches(Web, AnyTask.Now));
    }

    [Theory]
    [InlineData("failed", "\"failed\" is no condition; write FIELD=VALUE")]
    [InlineData("=failed", "\"=failed\" is no condition")]
    [InlineData("colour=red", "a task has no field \"colour\"; its fields are cluster, id,")]
    [InlineData("state=broken", "\"broken\" is no state; the states are pending, starting, waiting, running, terminating, lost, finished, failed")]
    [InlineData("state<failed", "state<failed: states have no order")]
    [InlineData("node<5", "node<5: node is a text; ask with = != ~ or !~")]
    [InlineData("age<1", "age: \"1\" is no time; write 90s, 5m, 1h30m, 2d or 1w")]
    [InlineData("age<-1h", "age: \"-1h\" is no time")]
    [InlineData("age<d", "age: \"d\" is no time")]
    [InlineData("restarts>many", "restarts: \"many\" is no whole number")]
    [InlineData("restarts<1|2", "restarts<1|2: several values have no order")]
    [InlineData("mem>big", "mem: \"big\" is no amount; write 512Mi, 2Gi or 1e9")]
    [InlineData("node~/(/", "/(/: Invalid pattern")]
    [InlineData("node=\"a", "node=\"a: a quote is not closed")]
    public void What_cannot_be_understood_is_explained(string text, string why)
    {
        Assert.False(TaskConditions.TryParse(text, out _, out string? error));

        Assert.StartsWith(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Conditions_are_read_or_refused_whatever_they_are() => Gen.String[Gen.Char["staenodge=!~<>|,/\"*1h "], 0, 30].Sample(text =>
    {
        if (TaskConditions.TryParse(text, out TaskConditions? conditions, out string? error))
            conditions.Matches(Web, AnyTask.Now);
        else
            Assert.NotEmpty(error);
    });
}
