// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Node.Runtimes;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Serving.Streams;

/// <summary>
/// /exec/NAMESPACE/POD/CONTAINER?command=…&amp;input=1&amp;output=1&amp;error=1&amp;tty=1 and /attach/… with the same flags, in a kubelet's words
/// (upstream k8s.io/kubelet remotecommand).
/// </summary>
internal sealed class ProcessEndpoints(PodDirectory pods, IPodRuntime runtime)
{
    private const int MaxWords = 10_000;
    private static readonly TimeSpan ExecSettles = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AttachSettles = TimeSpan.FromMilliseconds(200);

    public async Task ExecAsync(HttpContext http)
    {
        string[] command = [.. http.Request.Query["command"].OfType<string>()];
        if (command.Length is 0 or > MaxWords)
            throw new ApiStatusException(ApiStatus.BadRequest("you must specify at least one command for the container"));
        ContainerStatus container = await ContainerAsync(http);
        StreamFlags wanted = Wanted(http);
        var spec = new ExecSpec { Command = command, Stdin = wanted.Stdin, Stdout = wanted.Stdout, Stderr = wanted.Stderr, Terminal = wanted.Terminal };
        await CarryAsync(http, wanted, ExecSettles, cancel => runtime.ExecAsync(container.Id, spec, cancel));
    }

    public async Task AttachAsync(HttpContext http)
    {
        ContainerStatus container = await ContainerAsync(http);
        StreamFlags wanted = Wanted(http);
        var spec = new AttachSpec { Stdin = wanted.Stdin, Stdout = wanted.Stdout, Stderr = wanted.Stderr };
        await CarryAsync(http, wanted, AttachSettles, async cancel => new AttachedSession(await runtime.AttachAsync(container.Id, spec, cancel)));
    }

    private async Task<ContainerStatus> ContainerAsync(HttpContext http)
    {
        V1Pod pod = pods.Pod(http.Route("namespace"), http.Route("pod"));
        return await pods.RunningAsync(pod, http.Route("container"), http.RequestAborted);
    }

    private static Task CarryAsync(HttpContext http, StreamFlags wanted, TimeSpan settles, Func<CancellationToken, Task<IProcessSession>> start) =>
        SpdyUpgrade.IsWanted(http) ? SpdyProcess.RunAsync(http, wanted, start) : CarryBySocketAsync(http, settles, start);

    private static async Task CarryBySocketAsync(HttpContext http, TimeSpan settles, Func<CancellationToken, Task<IProcessSession>> start)
    {
        StreamProtocol protocol = StreamProtocol.Choose(http);
        await using IProcessSession session = await RefusedSession.OrAsync(start, http.RequestAborted);
        using ChannelSocket socket = await ChannelSocket.AcceptAsync(http, protocol);
        await new ProcessStreams(socket, session, protocol) { ClientSettles = settles }.RunAsync(http.RequestAborted);
    }

    /// <summary>A terminal has one output.</summary>
    private static StreamFlags Wanted(HttpContext http)
    {
        bool isTerminal = Flag(http, "tty");
        var wanted = new StreamFlags(Flag(http, "input"), Flag(http, "output"), Flag(http, "error") && !isTerminal, isTerminal);
        return wanted.Stdin || wanted.Stdout || wanted.Stderr
            ? wanted
            : throw new ApiStatusException(ApiStatus.BadRequest("you must specify at least 1 of stdin, stdout, stderr"));
    }

    private static bool Flag(HttpContext http, string name) => http.Request.Query[name].ToString() is "1" or "true";
}
