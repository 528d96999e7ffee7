// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Node.Native;
using Pelago.Node.Volumes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Volumes;

public sealed class EmptyDirUsageTests : IDisposable
{
    private const int Files = 100;
    private readonly TemporaryDirectory _directory = new();
    private readonly CountingTime _time = new();

    public EmptyDirUsageTests()
    {
        for (int i = 0; i < Files; i++)
            File.WriteAllBytes(_directory[$"{i}"], new byte[8192]);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("4Ki", null, true)]
    [InlineData("1Gi", null, false)]
    [InlineData("0", null, false)] // as upstream: no limit
    [InlineData("4Ki", "Memory", true)] // nothing is mounted here: it is on the disk
    public void What_a_volume_holds_counts_against_its_limit(string limit, string? medium, bool isOver)
    {
        Assert.Equal(isOver ? $"Usage of EmptyDir volume \"data\" exceeds the limit \"{limit}\". " : null, OverLimit(limit, medium));
    }

    [Fact]
    public void What_is_mounted_in_memory_is_the_kernels_to_bound()
    {
        using var mount = MemoryMount.At(_directory.Path);
        File.WriteAllBytes(_directory["file"], new byte[65536]);

        Assert.Null(OverLimit("4Ki", "Memory"));
        Assert.NotNull(OverLimit("4Ki", medium: null));
    }

    [Fact]
    public void What_is_mounted_below_is_not_the_volumes()
    {
        string limit = "2Mi";
        Directory.CreateDirectory(_directory["mounted"]);
        using var mount = MemoryMount.At(_directory["mounted"]);
        File.WriteAllBytes(_directory["mounted/file"], new byte[4 << 20]);

        Assert.Null(OverLimit(limit));
        File.WriteAllBytes(_directory["file"], new byte[4 << 20]);
        Assert.NotNull(OverLimit(limit));
    }

    [Theory]
    [InlineData("f=$(printf 'f\\377'); head -c 4194304 /dev/zero >$f")]
    [InlineData("f=$(printf 'f\\377'); : >$(printf 'f\\357\\277\\275'); head -c 4194304 /dev/zero >$f")] // .NET reads both as the second
    [InlineData("d=$(printf 'd\\377'); mkdir $d && head -c 4194304 /dev/zero >$d/file")]
    [InlineData("d=$(printf 'd\\377/e\\376'); mkdir -p $d && head -c 4194304 /dev/zero >$d/f")]
    public async Task What_has_a_name_that_is_no_UTF8_counts_too(string command)
    {
        string limit = "2Mi", odd = _directory["odd"];
        Directory.CreateDirectory(odd);
        try
        {
            Assert.Null(OverLimit(limit));
            ProgramResult made = await ProgramRun.RunAsync("/bin/sh", ["-c", $"cd {odd} && {command}"], null, TimeSpan.FromSeconds(20), Cancel);
            Assert.True(made.ExitCode == 0, made.ToString());

            Assert.NotNull(OverLimit(limit));
        }
        finally
        {
            // .NET could not name them.
            await ProgramRun.RunAsync("/bin/rm", ["-rf", odd], null, TimeSpan.FromSeconds(20), Cancel);
        }
    }

    [Fact]
    public void No_file_is_looked_at_once_the_limit_is_passed()
    {
        OverLimit("1Gi");
        int all = _time.Asked;
        Assert.InRange(all, Files, int.MaxValue);

        OverLimit("16Ki");

        Assert.InRange(_time.Asked - all, 1, 10);
    }

    [Fact]
    public void A_look_ends_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        _time.OnAsked = count =>
        {
            if (count == 10)
                stop.Cancel();
        };

        Assert.Throws<OperationCanceledException>(() => OverLimit("1Gi", medium: null, stop.Token));
        Assert.InRange(_time.Asked, 10, 12);
    }

    private string? OverLimit(string limit, string? medium = null) => OverLimit(limit, medium, Cancel);

    private string? OverLimit(string limit, string? medium, CancellationToken cancel)
    {
        var volume = new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity(limit), Medium = medium } };
        var pod = new V1Pod { Spec = new V1PodSpec { Containers = [], Volumes = [volume] } };
        return new EmptyDirUsage(_time).OverLimit(pod, _ => _directory.Path, cancel);
    }

    /// <summary>A walk asks for the time at each file.</summary>
    private sealed class CountingTime : TimeProvider
    {
        public int Asked { get; private set; }

        public Action<int>? OnAsked { get; set; }

        public override long GetTimestamp()
        {
            Asked++;
            OnAsked?.Invoke(Asked);
            return base.GetTimestamp();
        }
    }

    private sealed class MemoryMount(string path) : IDisposable
    {
        public static MemoryMount At(string path)
        {
            Assert.SkipUnless(LibC.EffectiveUser() == 0 && LibC.Mount("tmpfs", path, "tmpfs", 0, "size=16m") == 0, "needs the right to mount");
            return new MemoryMount(path);
        }

        public void Dispose() => LibC.Unmount(path, 0);
    }
}
