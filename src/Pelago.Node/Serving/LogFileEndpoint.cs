// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Node.Native;

namespace Pelago.Node.Serving;

/// <summary>
/// /logFiles/NAMESPACE/POD/CONTAINER: every file of the container's logs, of all its attempts that are kept and rotated ones too; and each as it is on the
/// disk, whole or a part of it (Range): the end of a log of any length costs no more than that end.
/// </summary>
internal sealed class LogFileEndpoint(IContainerPlaces places)
{
    private const int MaxFiles = 1000;

    public async Task ListAsync(HttpContext http)
    {
        using ContainerLogPlace log = await LogAsync(http);
        string directory = Path.GetDirectoryName(log.Path)!;
        var files = new JsonArray();
        FileInfo[] all = [.. new DirectoryInfo(directory).EnumerateFiles().Where(file => file.Exists && file.LinkTarget is null).OrderBy(file => file.Name, StringComparer.Ordinal).Take(MaxFiles + 1)];
        foreach (FileInfo file in all.Take(MaxFiles))
        {
            files.Add((JsonNode)new JsonObject
            {
                ["name"] = file.Name, ["size"] = file.Length, ["modified"] = file.LastWriteTimeUtc.ToString("O", CultureInfo.InvariantCulture),
            });
        }
        var answer = new JsonObject { ["items"] = files };
        if (all.Length > MaxFiles)
            answer["truncated"] = true;
        await NodeAnswers.WriteAsync(http, answer);
    }

    public async Task ReadAsync(HttpContext http)
    {
        string name = http.Route("file");
        using ContainerLogPlace log = await LogAsync(http);
        string directory = Path.GetDirectoryName(log.Path)!;

        // One name, and no link: what a container's runtime writes here are files.
        using BeneathPath? found = name.Contains('/', StringComparison.Ordinal) ? null : BeneathPath.Open(directory, name);
        if (found is not { IsFile: true })
            throw new ApiStatusException(new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = $"\"{name}\" is none of the log files of container {http.Route("container")}" });
        await FileEndpoint.SendAsync(http, found.Path);
    }

    private async Task<ContainerLogPlace> LogAsync(HttpContext http)
    {
        ContainerLogPlace log = await places.LogAsync(http.Route("namespace"), http.Route("pod"), http.Route("container"), previous: false, http.RequestAborted);
        if (Directory.Exists(Path.GetDirectoryName(log.Path)))
            return log;
        log.Dispose();
        throw new ApiStatusException(ApiStatus.BadRequest($"container {http.Route("container")} of pod {http.Route("pod")} has written no log"));
    }
}
