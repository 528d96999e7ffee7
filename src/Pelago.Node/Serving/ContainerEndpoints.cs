// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pelago.Node.Logs;

namespace Pelago.Node.Serving;

/// <summary>
/// Logs and files of containers: the same on a node of Pelago's own and beside a kubelet. What is below /taskLogs needs the right to logs alone, what is below
/// /taskFiles reaches every file of the container.
/// </summary>
internal sealed class ContainerEndpoints(IContainerPlaces places, LogSignals signals, TimeProvider time)
{
    private const string Container = "{namespace}/{pod}/{container}";

    public void Map(WebApplication app)
    {
        var logFiles = new LogFileEndpoint(places);
        Get(app, "/containerLogs/" + Container, new LogEndpoint(places, signals, time).HandleAsync);
        Get(app, "/logFiles/" + Container, logFiles.ListAsync);
        Get(app, $"/logFiles/{Container}/{{file}}", logFiles.ReadAsync);
        Get(app, $"/files/{Container}/{{**path}}", new FileEndpoint(places).HandleAsync);

        var files = new TaskFileEndpoint(places, time);
        var lines = new TaskLineEndpoint(places, signals);
        var feeds = new FeedEndpoint(places, signals, time);
        Get(app, $"/taskFiles/{Container}/read", files.ReadAsync);
        Get(app, $"/taskFiles/{Container}/find", files.FindAsync);
        Get(app, $"/taskFiles/{Container}/du", files.UsageAsync);
        Get(app, $"/taskFiles/{Container}/grep", lines.FileAsync);
        Get(app, $"/taskFiles/{Container}/feed", feeds.FileAsync);
        Get(app, $"/taskLogs/{Container}/grep", lines.LogsAsync);
        Get(app, $"/taskLogs/{Container}/feed", feeds.LogAsync);
    }

    private static void Get(WebApplication app, string path, RequestDelegate handle) => app.MapGet(path, handle);
}
