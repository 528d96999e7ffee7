// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Kube.Lines;
using Pelago.Node.Feeds;
using Pelago.Node.Logs;
using Pelago.Node.Native;

namespace Pelago.Node.Serving;

/// <summary>
/// /taskFiles/NAMESPACE/POD/CONTAINER/grep?path=P and /taskLogs/NAMESPACE/POD/CONTAINER/grep: the lines of a file, or of all logs of a container that are
/// kept, that match a pattern; the form of the answer is <see cref="LineFilter"/>'s.
/// </summary>
internal sealed class TaskLineEndpoint(IContainerPlaces places, LogSignals signals)
{
    private const int Chunk = 256 * 1024;

    public async Task FileAsync(HttpContext http)
    {
        string asked = http.Request.Query["path"].ToString();
        (BeneathPath found, _) = await FileEndpoint.FindAsync(places, http, asked);
        using BeneathPath held = found;
        await using FileStream file = LogPosition.OpenHeld(FileEndpoint.FileOf(found, asked).Path);
        await FilterAsync(http, (filter, cancel) => file.CopyToAsync(filter, Chunk, cancel));
    }

    public async Task LogsAsync(HttpContext http)
    {
        LogStream? stream = http.Request.Query.Stream();
        using ContainerLogPlace log = await places.LogAsync(http.Route("namespace"), http.Route("pod"), http.Route("container"), previous: false, http.RequestAborted);
        string directory = Path.GetDirectoryName(log.Path)!;
        int[] attempts = [.. new LogFeedFiles(directory).List().Select(file => file.Attempt).Distinct()];
        await FilterAsync(http, async (filter, cancel) =>
        {
            foreach (int attempt in attempts)
                await new LogReader(Path.Combine(directory, $"{attempt}.log"), new LogQuery { Stream = stream }, signals).WriteToAsync(filter, Task.CompletedTask, cancel);
        });
    }

    private static async Task FilterAsync(HttpContext http, Func<FilterStream, CancellationToken, Task> read)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        await using var filter = new FilterStream(Parse(http.Request.Query), http.Response.Body, enough);
        http.Response.ContentType = "text/plain; charset=utf-8";
        try
        {
            await read(filter, enough.Token);
        }
        catch (OperationCanceledException) when (filter.IsDone && !http.RequestAborted.IsCancellationRequested)
        {
            // It has what was asked for.
        }
        await filter.EndAsync(http.RequestAborted);
    }

    private static LineQuery Parse(IQueryCollection query)
    {
        if (!query.ContainsKey("pattern"))
            throw new ApiStatusException(ApiStatus.BadRequest("the query parameter pattern is missing: which lines are wanted?"));
        return new LineQuery
        {
            Pattern = query["pattern"].ToString(), Fixed = query.IsTrue("fixed"), IgnoreCase = query.IsTrue("ignoreCase"), Invert = query.IsTrue("invert"),
            CountOnly = query.IsTrue("count"), Numbers = query.IsTrue("numbers"), AsText = query.IsTrue("text"), Most = query.Number("most", least: 0),
            Before = Context(query, "before"), After = Context(query, "after"),
        };
    }

    private static int Context(IQueryCollection query, string name) => (int)Math.Min(query.Number(name, least: 0) ?? 0, int.MaxValue);
}
