// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Kube;
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
            http.Route("namespace"), http.Route("pod"), http.Route("container"), IsTrue(http.Request.Query["previous"]), cancel);

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
        long? tail = Number(query, "tailLines", least: 0);
        long? seconds = Number(query, "sinceSeconds", least: 1);
        DateTimeOffset? since = seconds is { } ago ? time.GetUtcNow().AddSeconds(-Math.Min(ago, 1_000_000_000)) : null;
        if (query["sinceTime"].ToString() is { Length: > 0 } at)
        {
            since = DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)
                ? parsed
                : throw new ApiStatusException(ApiStatus.BadRequest($"sinceTime: \"{at}\" is not a time of RFC 3339"));
        }
        return new LogQuery
        {
            Follow = IsTrue(query["follow"]), TailLines = tail, Since = since, Timestamps = IsTrue(query["timestamps"]),
            LimitBytes = Number(query, "limitBytes", least: 1), Stream = StreamOf(query["stream"].ToString()),
        };
    }

    private static LogStream? StreamOf(string stream) => stream switch
    {
        "" or "All" => null,
        "Stdout" => LogStream.Stdout,
        "Stderr" => LogStream.Stderr,
        _ => throw new ApiStatusException(ApiStatus.BadRequest($"stream: \"{stream}\" is none of All, Stdout, Stderr")),
    };

    private static long? Number(IQueryCollection query, string name, long least)
    {
        string text = query[name].ToString();
        if (text.Length == 0)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least
            ? value
            : throw new ApiStatusException(ApiStatus.BadRequest($"{name}: \"{text}\" is not a number of at least {least}"));
    }

    private static bool IsTrue(string? text) => text is "true" or "1" or "True" or "t" or "T" or "TRUE";
}
