// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Node.Logs;

namespace Pelago.Node.Serving;

/// <summary>GET /containerLogs/NAMESPACE/POD/CONTAINER with the options of core/v1 PodLogOptions (upstream kubelet server.go getContainerLogs).</summary>
internal sealed class LogEndpoint(IContainerPlaces places, LogSignals signals, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http)
    {
        CancellationToken cancel = http.RequestAborted;
        LogQuery query = Parse(http.Request.Query);
        using ContainerLogPlace log = await places.LogAsync(
            http.Route("namespace"), http.Route("pod"), http.Route("container"), http.Request.Query.IsTrue("previous"), cancel);

        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (query.Follow)
            await http.Response.Body.FlushAsync(cancel);
        var reader = new LogReader(log.Path, query, signals);
        if (!query.Follow)
        {
            await reader.WriteToAsync(http.Response.Body, Task.CompletedTask, cancel);
            return;
        }
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task ended = log.UntilEnd(watching.Token);
        try
        {
            await reader.WriteToAsync(http.Response.Body, ended, cancel);
        }
        finally
        {
            await watching.CancelAsync();
            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private LogQuery Parse(IQueryCollection query)
    {
        long? seconds = query.Number("sinceSeconds", least: 1);
        return new LogQuery
        {
            Follow = query.IsTrue("follow"), TailLines = query.Number("tailLines", least: 0), Timestamps = query.IsTrue("timestamps"),
            Since = query.Time("sinceTime") ?? (seconds is { } ago ? time.GetUtcNow().AddSeconds(-Math.Min(ago, 1_000_000_000)) : null),
            LimitBytes = query.Number("limitBytes", least: 1), Stream = query.Stream(),
        };
    }
}
