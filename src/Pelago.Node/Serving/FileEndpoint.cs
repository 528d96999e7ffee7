// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;
using Pelago.Node.Volumes;

namespace Pelago.Node.Serving;

/// <summary>
/// GET /files/NAMESPACE/POD/CONTAINER/PATH: what is in a container's sandbox directory: a directory as a list, a file as its bytes (Range is served).
/// No path leads out of the sandbox, by dots or by links, also not by one that is put there while it is looked at.
/// </summary>
internal sealed class FileEndpoint(PodDirectory pods, IPodRuntime runtime)
{
    private const int MaxEntries = 10_000;

    public async Task HandleAsync(HttpContext http)
    {
        V1Pod pod = pods.Pod(http.Route("namespace"), http.Route("pod"));
        IReadOnlyList<ContainerStatus> attempts = await pods.AttemptsAsync(pod, http.Route("container"), http.RequestAborted);
        string sandbox = attempts.Select(attempt => runtime.SandboxDirectory(attempt.Id)).FirstOrDefault(directory => directory is not null)
            ?? throw new ApiStatusException(ApiStatus.BadRequest($"container {http.Route("container")} of pod {pod.Metadata.Name} has no sandbox directory"));
        string asked = http.Route("path");
        string path = SafePath.Resolve(sandbox, asked)
            ?? throw new ApiStatusException(ApiStatus.BadRequest($"\"{asked}\" leads out of the sandbox"));
        using BeneathPath found = BeneathPath.Open(sandbox, Path.GetRelativePath(sandbox, path))
            ?? throw new ApiStatusException(new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = $"\"{asked}\" is not in the sandbox" });
        if (found.IsDirectory)
            await NodeAnswers.WriteAsync(http, List(found.Path));
        else if (found.IsFile)
            await Results.Stream(new FixedLengthStream(LogPosition.Open(found.Path)), "application/octet-stream", lastModified: new DateTimeOffset(File.GetLastWriteTimeUtc(found.Path)), enableRangeProcessing: true).ExecuteAsync(http);
        else
            throw new ApiStatusException(ApiStatus.BadRequest($"\"{asked}\" is neither a file nor a directory"));
    }

    private static JsonArray List(string directory) =>
        [.. new DirectoryInfo(directory).EnumerateFileSystemInfos().Take(MaxEntries).OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(Entry).OfType<JsonNode>()];

    /// <summary>Null for what has gone since it was listed.</summary>
    private static JsonObject? Entry(FileSystemInfo entry)
    {
        try
        {
            return new JsonObject
            {
                ["name"] = entry.Name,
                ["type"] = entry.LinkTarget is not null ? "link" : entry is DirectoryInfo ? "directory" : "file",
                ["size"] = entry is FileInfo { LinkTarget: null } file ? file.Length : 0,
                ["mode"] = (int)entry.UnixFileMode,
                ["modified"] = entry.LastWriteTimeUtc.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            };
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
