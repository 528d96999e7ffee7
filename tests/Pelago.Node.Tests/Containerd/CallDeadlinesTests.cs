// SPDX-License-Identifier: Apache-2.0

using System.Net.Sockets;
using Grpc.Core;
using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

public sealed class CallDeadlinesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _silent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _silent.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_containerd_that_never_answers_is_not_waited_for_without_end()
    {
        _silent.Bind(new UnixDomainSocketEndPoint(_directory["containerd.sock"]));
        _silent.Listen();
        using var client = new ContainerdClient(_directory["containerd.sock"], TimeSpan.FromMilliseconds(100));

        RpcException late = await Assert.ThrowsAsync<RpcException>(
            async () => await client.Runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: Cancel));

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
    }
}
