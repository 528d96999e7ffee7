// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Streams;

/// <summary>
/// /exec/NAMESPACE/POD/CONTAINER?command=…&amp;input=1&amp;output=1&amp;error=1&amp;tty=1 and /attach/… with the same flags, in a kubelet's words
/// (upstream k8s.io/kubelet remotecommand).
/// </summary>
internal sealed class ProcessEndpoints(PodDirectory pods, IPodRuntime runtime)
{
    private const int MaxWords = 10_000;

    public async Task ExecAsync(HttpContext http)
    {
        string[] command = [.. http.Request.Query["command"].OfType<string>()];
        if (command.Length is 0 or > MaxWords)
            throw new ApiStatusException(ApiStatus.BadRequest("you must specify at least one command for the container"));
        ContainerStatus container = await ContainerAsync(http);
        StreamProtocol protocol = StreamProtocol.Choose(http);
        var spec = new ExecSpec
        {
            Command = command, Stdin = Flag(http, "input"), Stdout = Flag(http, "output"), Stderr = Flag(http, "error") && !Flag(http, "tty"), Terminal = Flag(http, "tty"),
        };
        RequireStream(spec.Stdin || spec.Stdout || spec.Stderr);
        await using IProcessSession session = await runtime.ExecAsync(container.Id, spec, http.RequestAborted);
        await CarryAsync(http, protocol, session);
    }

    public async Task AttachAsync(HttpContext http)
    {
        ContainerStatus container = await ContainerAsync(http);
        StreamProtocol protocol = StreamProtocol.Choose(http);
        var spec = new AttachSpec { Stdin = Flag(http, "input"), Stdout = Flag(http, "output"), Stderr = Flag(http, "error") };
        RequireStream(spec.Stdin || spec.Stdout || spec.Stderr);
        await using IProcessSession session = await runtime.AttachAsync(container.Id, spec, http.RequestAborted);
        await CarryAsync(http, protocol, session);
    }

    private async Task<ContainerStatus> ContainerAsync(HttpContext http)
    {
        V1Pod pod = pods.Pod(http.Route("namespace"), http.Route("pod"));
        return await pods.RunningAsync(pod, http.Route("container"), http.RequestAborted);
    }

    private static async Task CarryAsync(HttpContext http, StreamProtocol protocol, IProcessSession session)
    {
        using ChannelSocket socket = await ChannelSocket.AcceptAsync(http, protocol);
        await new ProcessStreams(socket, session, protocol).RunAsync(http.RequestAborted);
    }

    private static void RequireStream(bool any)
    {
        if (!any)
            throw new ApiStatusException(ApiStatus.BadRequest("you must specify at least 1 of stdin, stdout, stderr"));
    }

    private static bool Flag(HttpContext http, string name) => http.Request.Query[name].ToString() is "1" or "true";
}
