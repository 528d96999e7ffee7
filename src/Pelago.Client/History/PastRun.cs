// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>A run of a container that has ended, as a cluster's history has it (history.pelago.dev/v1alpha1 Run).</summary>
public sealed record PastRun
{
    /// <summary>Unique over all runs of the cluster.</summary>
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public required string Pod { get; init; }
    public string PodUid { get; init; } = "";
    public required string Container { get; init; }

    /// <summary>Counts the attempts at the same container of the same pod, from 0.</summary>
    public int Attempt { get; init; }
    public string Owner { get; init; } = "";
    public string Node { get; init; } = "";
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset Finished { get; init; }
    public int ExitCode { get; init; }
    public string Reason { get; init; } = "";

    /// <summary>Bytes of its log as the node wrote it; 0: it has none.</summary>
    public long LogBytes { get; init; }
    public long LogLines { get; init; }

    /// <summary>Why the log is missing or not whole, in one word; empty: it is whole.</summary>
    public string LogLoss { get; init; } = "";
    public bool Pinned { get; init; }

    /// <summary>The document that this was read from.</summary>
    public required JsonObject Json { get; init; }

    /// <summary><c>NAMESPACE/POD.CONTAINER</c>, as the task was called while it ran.</summary>
    public string TaskId => $"{Namespace}/{Pod}.{Container}";

    internal static PastRun Read(JsonObject json)
    {
        JsonObject metadata = json.Object("metadata") ?? [], spec = json.Object("spec") ?? [], status = json.Object("status") ?? [], log = status.Object("log") ?? [];
        return new PastRun
        {
            Name = metadata.String("name") ?? "", Namespace = metadata.String("namespace") ?? "", Pod = spec.String("pod") ?? "", PodUid = spec.String("podUID") ?? "",
            Container = spec.String("container") ?? "", Attempt = (int)(spec.Integer("attempt") ?? 0), Owner = spec.String("owner") ?? "", Node = spec.String("node") ?? "",
            Started = MetaTime.TryParse(status.String("startTime"), out DateTimeOffset started) ? started : null,
            Finished = MetaTime.TryParse(status.String("finishTime"), out DateTimeOffset finished) ? finished : default,
            ExitCode = (int)(status.Integer("exitCode") ?? 0), Reason = status.String("reason") ?? "", LogBytes = log.Integer("bytes") ?? 0, LogLines = log.Integer("lines") ?? 0,
            LogLoss = log.String("loss") ?? "", Pinned = status.Boolean("pinned") == true, Json = json,
        };
    }
}

/// <summary>Some runs, newest first. <paramref name="Continue"/> is for the next page; empty after the last.</summary>
public sealed record PastRunPage(IReadOnlyList<PastRun> Items, string Continue);
