// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary>kubectl cp and the exec that it is made of, with much to carry.</summary>
public sealed class CopyTests(TestCluster cluster) : KubectlTest(cluster)
{
    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public Task Cp_carries_megabytes_both_ways_unchanged(string version) => CopyAsync(version, 5_000_000);

    [Theory]
    [Trait("Lane", "Slow")]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public Task Cp_carries_a_hundred_megabytes_both_ways_unchanged(string version) => CopyAsync(version, 100_000_000);

    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public async Task What_a_command_does_not_read_does_not_keep_it_from_ending(string version)
    {
        TestCluster.NotOn(!Cluster.IsEmbedded, "a kubelet's containerd does not end an exec before its input was read");
        Kubectl kubectl = await HostAsync(version);

        KubectlResult result = await kubectl.TryAsync(new string('x', 3_000_000), "exec", "-i", "host", "--", "sh", "-c", "head -c 5; exit 6");

        Assert.Equal(("xxxxx", 6), (result.Output, result.ExitCode));
    }

    private async Task CopyAsync(string version, int length)
    {
        Kubectl kubectl = await HostAsync(version);
        string folder = Directory.CreateTempSubdirectory("pelago-cp-").FullName;
        string local = Path.Combine(folder, "there");
        byte[] bytes = RandomNumberGenerator.GetBytes(length);
        await File.WriteAllBytesAsync(local, bytes, Cancel);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        string remote = $"/tmp/{Namespace}";

        await kubectl.RunAsync("cp", local, $"host:{remote}");
        Assert.StartsWith(hash, (await kubectl.RunAsync("exec", "host", "--", "sha256sum", remote)).Output, StringComparison.Ordinal);
        await kubectl.RunAsync("cp", $"host:{remote}", local + ".back");
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(local + ".back", Cancel))));

        await kubectl.RunAsync("exec", "host", "--", "rm", remote);
        Directory.Delete(folder, recursive: true);
    }

    private async Task<Kubectl> HostAsync(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("host", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/host", "--timeout=60s");
        return kubectl;
    }
}
