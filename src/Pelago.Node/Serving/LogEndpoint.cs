// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Kube;
using Pelago.Node.Logs;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving;

/// <summary>GET /containerLogs/NAMESPACE/POD/CONTAINER with the options of core/v1 PodLogOptions (upstream kubelet server.go getContainerLogs).</summary>
internal sealed class LogEndpoint(PodDirectory pods, IPodRuntime runtime, PodPaths paths, LogSignals signals, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http)
    {
        CancellationToken cancel = http.RequestAborted;
        V1Pod pod = pods.Pod(http.Route("namespace"), http.Route("pod"));
        string container = http.Route("container");
        LogQuery query = Parse(http.Request.Query);
        IReadOnlyList<ContainerStatus> attempts = await pods.AttemptsAsync(pod, container, cancel);
        ContainerStatus attempt = Choose(pod, container, attempts, IsTrue(http.Request.Query["previous"]));

        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        string path = attempt.LogPath.Length > 0 ? attempt.LogPath : paths.Log(pod.Metadata.Uid, container, attempt.Attempt);
        if (query.Follow)
            await http.Response.Body.FlushAsync(cancel);
        var reader = new LogReader(path, query, signals);
        if (!query.Follow)
        {
            await reader.WriteToAsync(http.Response.Body, Task.CompletedTask, cancel);
            return;
        }
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task ended = EndOfAsync(attempt, watching.Token);
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

    private static ContainerStatus Choose(V1Pod pod, string container, IReadOnlyList<ContainerStatus> attempts, bool previous)
    {
        ContainerStatus[] begun = [.. attempts.Where(item => item.State != ContainerState.Created)];
        if (previous)
        {
            // The one before the newest, or the newest when it has ended and waits to be started again.
            return begun.Skip(begun.FirstOrDefault()?.State == ContainerState.Running ? 1 : 0).FirstOrDefault(item => IsSuperseded(pod, item, begun))
                ?? throw new ApiStatusException(ApiStatus.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Metadata.Name}\" not found"));
        }
        return begun.FirstOrDefault() ?? throw new ApiStatusException(ApiStatus.BadRequest(
            $"container \"{container}\" in pod \"{pod.Metadata.Name}\" is waiting to start: {PodDirectory.WaitingReason(pod, container)}"));
    }

    private static bool IsSuperseded(V1Pod pod, ContainerStatus item, ContainerStatus[] begun) =>
        item.Attempt < begun[0].Attempt
        || (item.State == ContainerState.Exited && pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == item.Name)?.State?.Waiting is not null);

    private async Task EndOfAsync(ContainerStatus attempt, CancellationToken cancel)
    {
        if (attempt.State != ContainerState.Running)
            return;
        try
        {
            await using IProcessSession session = await runtime.AttachAsync(attempt.Id, new AttachSpec { Stdout = false, Stderr = false }, cancel);
            await session.WaitAsync(cancel);
        }
        catch (RuntimeException)
        {
            // It ended a moment ago.
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
