// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.History;

/// <summary>An Event of a pod: clusters forget them after an hour.</summary>
public sealed record PodEvent
{
    /// <summary>Of the Event; recording it again counts up.</summary>
    public required string Uid { get; init; }
    public required string PodUid { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string Type { get; init; } = "";
    public string Reason { get; init; } = "";

    /// <summary>Who says so: kubelet, default-scheduler, …</summary>
    public string Source { get; init; } = "";
    public string Message { get; init; } = "";
    public int Count { get; init; } = 1;

    /// <summary>A core/v1 Event of a pod; null when it is of none.</summary>
    /// <param name="document">The Event.</param>
    /// <param name="now">When it happened, where it does not say.</param>
    public static PodEvent? Read(JsonObject document, DateTimeOffset now)
    {
        const int MaxMessage = 2048;
        JsonObject about = document.Object("involvedObject") ?? [], metadata = document.Object("metadata") ?? [];
        if (about.String("uid") is not { Length: > 0 } pod || metadata.String("uid") is not { Length: > 0 } uid)
            return null;
        string? at = document.String("lastTimestamp") ?? document.String("eventTime") ?? metadata.String("creationTimestamp");
        string message = document.String("message") ?? "";
        return new PodEvent
        {
            Uid = uid, PodUid = pod, At = MetaTime.TryParse(at, out DateTimeOffset then) ? then : now, Type = document.String("type") ?? "", Reason = document.String("reason") ?? "",
            Source = document.Object("source")?.String("component") ?? document.String("reportingComponent") ?? "",
            Message = message.Length <= MaxMessage ? message : message[..MaxMessage], Count = (int)Math.Clamp(document.Integer("count") ?? 1, 1, int.MaxValue),
        };
    }
}
