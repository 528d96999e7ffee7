// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary>A log line that is longer than anybody should hold in memory, from the container to kubectl.</summary>
[Collection(nameof(LongLogTests))]
public sealed class LongLogTests(TestCluster cluster) : KubectlTest(cluster)
{
    private const int Piece = 1_000_000;
    private const int Pieces = 100;
    private const long MostGrowth = 64 << 20; // less than the line, of which one copy would be 96 MiB

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task A_line_of_a_hundred_megabytes_is_followed_exactly_in_bounded_memory()
    {
        TestCluster.NotOn(!Cluster.IsEmbedded, "the daemon's memory is looked at, and logs are rotated as it rotates them");
        Kubectl kubectl = Kubectl(KubectlVersions.Preparing);
        string letters = string.Concat(Enumerable.Range(0, Pieces).Select(i => (char)('a' + (i * 7 % 26))));
        // Slower than any follower, which has to find each file before it is rotated away.
        string script = $"echo ready; until [ -e /tmp/{Namespace} ]; do sleep 0.1; done; for l in {string.Join(' ', letters.ToCharArray())}; do head -c {Piece} /dev/zero | tr '\\0' $l; sleep 0.1; done; echo; echo end";
        await kubectl.PipeAsync(ShellPod("talker", $"{script}; {SleepForever}"), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/talker", "--timeout=60s");
        int daemon = DaemonOf(Cluster);
        using Process follow = kubectl.Start(["logs", "-f", "talker"]);
        using IncrementalHash said = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Stream output = follow.StandardOutput.BaseStream;
        byte[] first = new byte["ready\n".Length];
        await output.ReadExactlyAsync(first, Cancel);

        long before = ResidentBytes(daemon), most = before;
        await kubectl.RunAsync("exec", "talker", "--", "touch", $"/tmp/{Namespace}");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task watching = WatchAsync(() => most = Math.Max(most, ResidentBytes(daemon)), over.Token);
        long length = await HashAsync(output, said, ((long)Piece * Pieces) + "\nend\n".Length);
        await over.CancelAsync();
        await watching;
        follow.Kill();
        await kubectl.RunAsync("exec", "talker", "--", "rm", $"/tmp/{Namespace}");

        Assert.Equal("ready\n", Encoding.ASCII.GetString(first));
        Assert.Equal(((long)Piece * Pieces) + "\nend\n".Length, length);
        Assert.Equal(HashOf(letters), Convert.ToHexStringLower(said.GetHashAndReset()));
        TestContext.Current.SendDiagnosticMessage($"the daemon had {before >> 20} MiB, and at most {most >> 20} MiB while the line went through it");
        Assert.InRange(most - before, long.MinValue, MostGrowth);
    }

    private static async Task<long> HashAsync(Stream output, IncrementalHash hash, long length)
    {
        byte[] buffer = new byte[128 * 1024];
        long count = 0;
        int read;
        while (count < length && (read = await output.ReadAsync(buffer, Cancel)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            count += read;
        }
        return count;
    }

    private static string HashOf(string letters)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[Piece];
        foreach (char letter in letters)
        {
            piece.AsSpan().Fill((byte)letter);
            hash.AppendData(piece);
        }
        hash.AppendData("\nend\n"u8);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task WatchAsync(Action look, CancellationToken cancel)
    {
        using var every = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await every.WaitForNextTickAsync(cancel))
                look();
        }
        catch (OperationCanceledException)
        {
            // All was read.
        }
    }

    private static int DaemonOf(TestCluster cluster)
    {
        string home = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(cluster.Kubeconfig)!, "..", ".."));
        using JsonDocument record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(home, "daemon.json")));
        return record.RootElement.GetProperty("pid").GetInt32();
    }

    /// <summary>VmRSS of proc(5).</summary>
    private static long ResidentBytes(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
