// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary><c>kubectl run -i --rm</c> of a command that has ended before anybody can attach: whichever way kubectl then goes, it prints the output once.</summary>
public sealed class RunAttachedTests(TestCluster cluster) : KubectlTest(cluster)
{
    private const int Runs = 40;
    private const int AtOnce = 4;

    /// <summary>With containers, where it is most easily lost, in the fast lane too.</summary>
    public static TheoryData<string> Versions => [.. ((string[])["1.20", "1.27", "1.30", "1.32", "1.33"]).Select(Row)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Output_of_the_shortest_command_is_never_lost_and_never_told_twice(string version)
    {
        TestCluster.NotOn(!Cluster.IsEmbedded, "a kubelet tells those who attach late nothing of what was said before");
        Kubectl kubectl = Kubectl(version);
        var wrong = new ConcurrentBag<string>();

        await Parallel.ForEachAsync(Enumerable.Range(1, Runs), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel }, async (run, _) =>
        {
            KubectlResult result = await kubectl.TryAsync(
                null, "run", $"date-{run}", "-i", "--rm", "--quiet", "--restart=Never", $"--image={Cluster.Image}", "--image-pull-policy=Never", StayingRun, "--command", "--", "date", "+said %s");
            if (result.ExitCode != 0 || !Regex.IsMatch(result.Output, @"^said \d+\n(pod ""date-\d+"" deleted.*\n)?$"))
                wrong.Add($"run {run}: {result}");
        });

        Assert.Empty(wrong);
    }

    private static TheoryDataRow<string> Row(string version) =>
        Environment.GetEnvironmentVariable("PELAGO_TEST_RUNTIME") == "containerd" ? new(version) : new TheoryDataRow<string>(version).WithTrait("Lane", "Slow");
}
