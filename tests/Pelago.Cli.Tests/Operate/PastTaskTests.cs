// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Tests.Clusters;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Tasks whose pods are gone are read as those that are there.</summary>
[Collection(nameof(FilesHome))]
[Trait("Cluster", "Given")]
public sealed class PastTaskTests(FilesHome home)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_task_printed_whose_pod_is_gone_is_read_by_the_verbs_of_logs()
    {
        Assert.SkipWhen(GivenCluster.IsReal, "history is not kept on a real Kubernetes");
        await home.AddJobAsync("gone", "echo one; echo two >&2; echo three");
        await Eventually.GetAsync(async () => (await home.RunAsync("ps", "-I", "gone", "-o", "name")).Output, ids => ids.StartsWith("default/gone-", StringComparison.Ordinal), Cancel);
        await Eventually.GetAsync(() => home.RunAsync("ps", "gone"), nothing => nothing.ExitCode == 3, Cancel);

        Assert.Equal("one\nthree\ntwo\n", Sorted(await home.PrintAsync("cat", "-I", "gone")));
        Assert.Equal("two\n", await home.PrintAsync("cat", "-i", "gone", "stderr"));
        Assert.Equal("three\n", await home.PrintAsync("tail", "-I", "-n", "1", "gone", "stdout"));
        Assert.Equal("one\n", await home.PrintAsync("head", "-I", "-n", "1", "gone", "stdout"));
        Assert.Equal("one\n", await home.PrintAsync("head", "-I", "-n", "-1", "gone", "stdout"));
        Assert.Equal("ree\n", await home.PrintAsync("tail", "-I", "-c", "4", "gone", "stdout"));
        Assert.Equal("three\n", await home.PrintAsync("tail", "-I", "-n", "+2", "gone", "stdout"));
        Assert.Equal("1:one\n", await home.PrintAsync("grep", "-n", "on", "-I", "gone", "stdout"));
    }

    [Fact]
    public async Task A_task_that_history_alone_knows_is_gone()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Runs = [FakeHistory.Run("run-1", "web-1")];

        ProgramResult waited = await fake.RunAsync("wait", "web-1", "--for", "gone", "--timeout", "20s");

        Assert.True(waited.ExitCode == 0, waited.ToString());
    }

    [Fact]
    public async Task A_history_that_fails_hides_nothing_of_what_is_there()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        (fake.Rows, fake.RunsFail) = ([FakeHistory.Row("web-1", "running")], 400);

        ProgramResult listed = await fake.RunAsync("ps", "-i", "-o", "name");

        Assert.Equal((1, "ns/web-1.app\n"), (listed.ExitCode, listed.Output));
        Assert.Contains("does not tell its past tasks: history is ill", listed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_a_task_whose_pod_is_gone_are_gone_and_the_others_are_printed()
    {
        Assert.SkipWhen(GivenCluster.IsReal, "history is not kept on a real Kubernetes");
        await home.AddJobAsync("went", "echo x >file");
        await Eventually.GetAsync(() => home.RunAsync("ps", "went"), nothing => nothing.ExitCode == 3, Cancel);
        await Eventually.GetAsync(() => home.RunAsync("ps", "-I", "went"), there => there.ExitCode == 0, Cancel);

        ProgramResult result = await home.RunAsync("cat", "-i", "/went|ada/", "lines");

        Assert.Equal((1, "one\ntwo\nthree\n"), (result.ExitCode, result.Output));
        Assert.Contains("the pod is gone and its files with it", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    /// <summary>Two streams have no order among each other.</summary>
    private static string Sorted(string text) => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(line => line + "\n"));
}
