// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Conformance.Harness;
using Pelago.TestKit;
using Xunit;

namespace Pelago.Conformance.Helm;

/// <summary>docs/guides/helm.md: its commands, in their order, in one shell, on a cluster that is already up.</summary>
[Trait("Lane", "Slow")]
public sealed class GuideTests(TestCluster cluster) : HelmTest(cluster)
{
    [Fact]
    public async Task Commands_of_the_guide_work()
    {
        WithWhatChartsNeed();
        string root = RepositoryRoot.Path;
        string[] commands = [.. File.ReadLines(Path.Combine(root, "docs/guides/helm.md"))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim())];
        string[] asked = [.. commands.Where(command => command.StartsWith("helm ", StringComparison.Ordinal))];
        Assert.True(asked.Length >= 6, $"only {asked.Length} commands of helm are in the guide");
        string helm = ClientProgram.Helm.Require();

        (int code, string output, string error) = await RunAsync("bash", "-euc", $"helm() {{ {helm} \"$@\"; }}\n{string.Join('\n', asked)}");

        Assert.True(code == 0, $"exit {code}\n{output}\n{error}");
        Assert.Contains("STATUS: deployed", output, StringComparison.Ordinal);
        Assert.Contains("Phase:          Succeeded", output, StringComparison.Ordinal);
    }
}
