// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.Node.Volumes;

namespace Pelago.Node.Serving;

/// <summary>
/// GET /files/NAMESPACE/POD/CONTAINER/PATH: what is in a container's directory, or in all of its file system where that is served: a directory as a list,
/// a file as its bytes (Range is served). No path leads out of it, by dots or by links, also not by one that is put there while it is looked at.
/// </summary>
internal sealed class FileEndpoint(IContainerPlaces places)
{
    private const int MaxEntries = 10_000;
    private const int MaxUnmeasured = 16 << 20;

    public async Task HandleAsync(HttpContext http)
    {
        string asked = http.Route("path");
        (BeneathPath found, _) = await FindAsync(places, http, asked);
        using BeneathPath held = found;
        if (found.IsDirectory)
            await NodeAnswers.WriteAsync(http, List(found.Path));
        else
            await SendAsync(http, FileOf(found, asked).Path);
    }

    /// <summary>What a path names in the container that a request is about.</summary>
    /// <exception cref="ApiStatusException">There is no such thing, the path leads out, or the container has ended.</exception>
    public static async Task<(BeneathPath Found, ContainerRoot Root)> FindAsync(IContainerPlaces places, HttpContext http, string asked)
    {
        ContainerRoot root = await places.RootAsync(http.Route("namespace"), http.Route("pod"), http.Route("container"), http.RequestAborted);
        BeneathPath found = Open(root, asked)
            ?? throw new ApiStatusException(new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = $"\"{asked}\" is not in {(root.IsFileSystem ? "the container" : "the sandbox")}" });
        if (await root.IsStillThere(http.RequestAborted))
            return (found, root);
        found.Dispose();
        throw new ApiStatusException(ApiStatus.BadRequest($"container {http.Route("container")} of pod {http.Route("pod")} has just ended, and its files with it"));
    }

    /// <summary>Only files are read, and none that the kernel makes up: a pipe would wait, a device do something, and what is in /proc be read by this agent's rights.</summary>
    public static BeneathPath FileOf(BeneathPath found, string asked) => found switch
    {
        { IsFile: true } => found,
        { IsOfKernel: true } => throw new ApiStatusException(ApiStatus.BadRequest(
            $"\"{asked}\" is made up by the kernel as it is read, and would be read by the node's rights: run a command in the container that reads it")),
        { IsDirectory: true } => throw new ApiStatusException(ApiStatus.BadRequest($"\"{asked}\" is a directory")),
        _ => throw new ApiStatusException(ApiStatus.BadRequest($"\"{asked}\" is neither a file nor a directory")),
    };

    /// <summary>A file as long as it is now; parts of it by Range.</summary>
    public static async Task SendAsync(HttpContext http, string path)
    {
        await using var file = new FixedLengthStream(LogPosition.OpenHeld(path));
        if (file.Length == 0 && http.Request.Headers.Range.Count == 0)
        {
            await SendUnmeasuredAsync(http, path);
            return;
        }
        var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(path));
        await Results.Stream(file, "application/octet-stream", lastModified: modified, enableRangeProcessing: true).ExecuteAsync(http);
        if (file.WasCut)
            http.Abort(); // its length was said already: only an answer that breaks off says that this is not all of it
    }

    /// <summary>What is made as it is read, by a file system of a program, may say that it has no length: only reading tells.</summary>
    private static async Task SendUnmeasuredAsync(HttpContext http, string path)
    {
        await using FileStream file = LogPosition.OpenHeld(path);
        http.Response.ContentType = "application/octet-stream";
        byte[] part = new byte[64 << 10];
        int sent = 0, read;
        while (sent < MaxUnmeasured && (read = await file.ReadAsync(part, http.RequestAborted)) > 0)
        {
            await http.Response.Body.WriteAsync(part.AsMemory(0, read), http.RequestAborted);
            sent += read;
        }
        if (sent >= MaxUnmeasured)
            http.Abort(); // all of it could not be sent, and nobody is to take this for all
    }

    /// <summary>Null when there is no such thing.</summary>
    /// <exception cref="ApiStatusException">The path leads out, or in a circle.</exception>
    public static BeneathPath? Open(ContainerRoot root, string asked)
    {
        if (root.IsFileSystem)
            return OpenInRoot(root.Path, asked);
        string path = SafePath.Resolve(root.Path, asked, out bool isLoop)
            ?? throw (isLoop ? TooManyLinks(asked) : new ApiStatusException(ApiStatus.BadRequest($"\"{asked}\" leads out of the sandbox")));
        return BeneathPath.Open(root.Path, Path.GetRelativePath(root.Path, path));
    }

    private static BeneathPath? OpenInRoot(string root, string asked)
    {
        try
        {
            BeneathPath? found = BeneathPath.OpenInRoot(root, asked, out bool isLoop);
            return isLoop ? throw TooManyLinks(asked) : found;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It has just ended; or this agent was given too little to look into other processes.
            throw new ApiStatusException(ApiStatus.Internal($"the files of the container cannot be looked at: {fault.Message}"));
        }
    }

    private static ApiStatusException TooManyLinks(string asked) => new(ApiStatus.BadRequest($"\"{asked}\": too many levels of symbolic links"));

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
