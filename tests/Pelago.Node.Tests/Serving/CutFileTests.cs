// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pelago.Node.Serving;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Serving;

/// <summary>Files that are not as long as they say: made shorter while somebody reads them through the node, or made as they are read.</summary>
public sealed class CutFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_answer_breaks_off_and_it_is_no_fault_of_the_node()
    {
        const long Length = 1L << 30; // far more than is on its way at once
        string path = _directory["file"];
        await using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.SetLength(Length);
        using var log = new RecordedLog(LogLevel.Error);
        await using TrustingNode node = await ServeAsync(path, log);

        using HttpResponseMessage answer = await node.Client.GetAsync("/file", HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using Stream body = await answer.Content.ReadAsStreamAsync(Cancel);
        await body.ReadExactlyAsync(new byte[1], Cancel);
        file.SetLength(0);

        Assert.Equal(Length, answer.Content.Headers.ContentLength);
        await Assert.ThrowsAnyAsync<Exception>(() => body.CopyToAsync(Stream.Null, Cancel));
        await node.StopAsync();
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task What_the_kernel_makes_as_it_is_read_comes_whole_though_it_says_it_is_empty()
    {
        using var log = new RecordedLog(LogLevel.Error);
        await using TrustingNode node = await ServeAsync("/proc/self/status", log);

        Assert.StartsWith("Name:", await node.Client.GetStringAsync("/file", Cancel), StringComparison.Ordinal);
    }

    private static Task<TrustingNode> ServeAsync(string path, ILoggerFactory log) =>
        TrustingNode.StartAsync(app => app.MapGet("/file", (RequestDelegate)(http => FileEndpoint.SendAsync(http, path))), log, Cancel);
}
