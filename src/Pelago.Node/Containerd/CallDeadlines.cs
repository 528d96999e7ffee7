// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Grpc.Core.Interceptors;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Protos.Tasks;

namespace Pelago.Node.Containerd;

/// <summary>
/// A containerd or a shim that hangs answers never, and whoever waits for it holds up others: calls end as a kubelet's do
/// (kubernetes pkg/kubelet/apis/config RuntimeRequestTimeout). A pull and the end of a process take as long as they take.
/// </summary>
internal sealed class CallDeadlines(TimeSpan patience) : Interceptor
{
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(2);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (context.Options.Deadline is not null || MostFor(request) is not { } most)
            return continuation(request, context);
        CallOptions options = context.Options.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + most);
        return continuation(request, new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options));
    }

    private TimeSpan? MostFor(object request) => request switch
    {
        WaitRequest or PullImageRequest => null,
        StopContainerRequest stop => TimeSpan.FromSeconds(Math.Clamp(stop.Timeout, 0, LongestTimer.Seconds)) + patience,
        RunPodSandboxRequest => patience * 2,
        _ => patience,
    };
}
