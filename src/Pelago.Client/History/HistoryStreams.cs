// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Client.Http;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>What of a cluster's history is read as it arrives: the logs of runs, and days as Parquet.</summary>
public sealed class HistoryStreams(HttpKubeApi api)
{
    /// <summary>The log of a run as text, or why there is none to be had. Of the request only lines, bytes and timestamps matter.</summary>
    /// <param name="stream"><c>Stdout</c> or <c>Stderr</c> alone; null: both.</param>
    /// <param name="run">Whose.</param>
    /// <param name="request">Which part.</param>
    /// <param name="cancel">Ends it.</param>
    public Task<(Stream? Body, ApiStatus? Error)> LogAsync(PastRun run, LogRequest request, string? stream, CancellationToken cancel)
    {
        var query = new StringBuilder();
        QueryString.Add(query, "stream", stream);
        QueryString.Add(query, "timestamps", request.Timestamps ? "true" : null);
        QueryString.Add(query, "tailLines", request.TailLines?.ToString());
        QueryString.Add(query, "limitBytes", request.LimitBytes?.ToString());
        return api.StreamAsync(ClusterHistory.PathOf(run, HistoryApi.Log).ToUrlPath() + query, cancel);
    }

    /// <summary>The runs of a day, <c>2026-11-29</c>, as a Parquet file.</summary>
    public Task<(Stream? Body, ApiStatus? Error)> ParquetAsync(string day, CancellationToken cancel) =>
        api.StreamAsync(new ResourcePath(HistoryApi.DaysResource, "", day, HistoryApi.Parquet).ToUrlPath(), cancel);
}
