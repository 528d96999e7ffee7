// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Pelago.Kube;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.Node.Serving;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Serving;

/// <summary>A container whose file system is this machine's: with /proc and /sys, and with links and pipes of its own.</summary>
public sealed class KernelFileTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordedLog _log = new(LogLevel.Error);
    private TrustingNode _node = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var containers = new ContainerEndpoints(new WholeMachine(_directory.Path), new LogSignals(TimeProvider.System), TimeProvider.System);
        _node = await TrustingNode.StartAsync(containers.Map, _log, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        Assert.Empty(_log.Lines);
        _log.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("/proc/1/environ")]
    [InlineData("/proc/kmsg")] // whoever may read it waits for ever
    [InlineData("/proc/sys/kernel/ostype")]
    [InlineData("/sys/kernel/mm/transparent_hugepage/enabled")]
    [InlineData("LINK")]
    public async Task What_the_kernel_makes_up_is_not_read_by_the_nodes_rights(string path)
    {
        if (path == "LINK")
            File.CreateSymbolicLink(path = _directory["link"], "/proc/self/status");
        Assert.SkipUnless(File.Exists(path), $"this machine has no {path}");

        foreach (string query in Reading(path))
        {
            using HttpResponseMessage answer = await _node.Client.GetAsync(query, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains($"{path.TrimStart('/')}\" is made up by the kernel", (await ObjectAsync(answer)).String("message"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        Descriptors.MakeFifo(_directory["pipe"], 0x180);

        foreach (string query in Reading(_directory["pipe"]))
        {
            using HttpResponseMessage answer = await _node.Client.GetAsync(query, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.EndsWith("is neither a file nor a directory", (await ObjectAsync(answer)).String("message"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Links_that_lead_in_a_circle_are_called_so_and_those_of_the_kernel_are_not()
    {
        File.CreateSymbolicLink(_directory["here"], "there");
        File.CreateSymbolicLink(_directory["there"], "here");

        foreach (string query in Reading(_directory["here"]))
        {
            using HttpResponseMessage answer = await _node.Client.GetAsync(query, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.EndsWith("/here\": too many levels of symbolic links", (await ObjectAsync(answer)).String("message"), StringComparison.Ordinal);
        }
        foreach (string query in Reading("/proc/self/exe"))
        {
            using HttpResponseMessage answer = await _node.Client.GetAsync(query, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_file_on_which_a_program_holds_a_lease_is_not_waited_for()
    {
        const int SetSignal = 10, SetLease = 1024, WriteLease = 1, IgnoredSignal = 23; // F_SETSIG, F_SETLEASE, F_WRLCK, SIGURG
        await File.WriteAllTextAsync(_directory["file"], "it\n", Cancel);
        using SafeFileHandle holder = Descriptors.Open(_directory["file"], LibC.ReadWrite);
        Assert.Equal(0, LibC.Control(holder, SetSignal, IgnoredSignal));
        Assert.SkipUnless(LibC.Control(holder, SetLease, WriteLease) == 0, "this file system has no leases");

        foreach (string query in Reading(_directory["file"]))
        {
            using HttpResponseMessage answer = await _node.Client.GetAsync(query, Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.StartsWith("a program holds a lease on the file", (await ObjectAsync(answer)).String("message"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0x50494446, true)] // pidfs
    [InlineData(0x5345434d, true)] // secretmem
    [InlineData(0x444d4142, true)] // dma-buf
    [InlineData(0x6c6f6f70, true)] // binderfs
    [InlineData(0x01021994, false)] // tmpfs
    [InlineData(0xef53, false)] // ext4
    public void File_systems_are_known_by_the_kernels_numbers(long type, bool isOfKernel)
    {
        Assert.Equal(isOfKernel, KernelFileSystem.IsOne(type));
    }

    [Fact]
    public async Task A_file_is_read_in_every_way()
    {
        await File.WriteAllTextAsync(_directory["file"], "it\n", Cancel);

        foreach (string query in Reading(_directory["file"]))
            Assert.Contains("it", await _node.Client.GetStringAsync(query, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directories_of_the_kernel_are_listed_without_what_is_below_and_where_links_lead()
    {
        JsonArray listed = JsonNode.Parse(await _node.Client.GetStringAsync("/files/default/p/main/proc", Cancel))!.AsArray();
        Assert.Contains(listed, entry => (string?)entry!["name"] == "self");

        string[] found = (await _node.Client.GetStringAsync("/taskFiles/default/p/main/find?path=/proc/self", Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(found, line => line.Contains("\"path\":\"exe\"", StringComparison.Ordinal));
        Assert.DoesNotContain(found, line => line.Contains("\"path\":\"fd/", StringComparison.Ordinal) || line.Contains("\"target\"", StringComparison.Ordinal));
    }

    private static string[] Reading(string path) =>
    [
        $"/files/default/p/main{path}",
        .. new[] { "read?", "grep?pattern=.&", "feed?" }.Select(what => $"/taskFiles/default/p/main/{what}path={Uri.EscapeDataString(path)}"),
    ];

    private static async Task<JsonObject> ObjectAsync(HttpResponseMessage answer) => KubeJson.ParseObject(await answer.Content.ReadAsByteArrayAsync(Cancel));

    private sealed class WholeMachine(string directory) : IContainerPlaces
    {
        public Task<ContainerLogPlace> LogAsync(string ns, string pod, string container, bool previous, CancellationToken cancel) =>
            Task.FromResult(new ContainerLogPlace(Path.Combine(directory, "0.log"), _ => Task.CompletedTask));

        public Task<ContainerRoot> RootAsync(string ns, string pod, string container, CancellationToken cancel) =>
            Task.FromResult(new ContainerRoot("/", IsFileSystem: true, _ => Task.FromResult(true)));
    }
}
