// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client.Http;
using Pelago.Client.Tasks;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Client;

/// <summary>Logs and files of a task by its node (<see cref="TaskApi"/>): on the embedded engine, and where <c>pelago install</c> put agents.</summary>
public sealed class NodeTaskFiles(HttpKubeApi api, TaskPlace place) : ITaskFiles
{
    private const int LongestLine = 64 * 1024;
    private readonly List<UnnamedFiles> _unnamed = [];

    public IReadOnlyList<UnnamedFiles> Unnamed => _unnamed;

    /// <summary>Whether the nodes of a cluster can be asked. A cluster that does not say is an <see cref="ApiStatusException"/>: its nodes may well have agents.</summary>
    public static async Task<bool> IsServedAsync(HttpKubeApi api, CancellationToken cancel)
    {
        ApiResult answer = await api.GetRawAsync($"/apis/{NodeApi.ApiVersion}", cancel);
        if (answer.Error is { Code: 404 })
            return false;
        return (KubeJson.ParseObject(answer.BodyOrThrow()).Array("resources") ?? []).OfType<JsonObject>().Any(resource => resource.String("name") == $"pods/{TaskApi.Files}");
    }

    public IAsyncEnumerable<TaskFile> FindAsync(string path, FindRequest request, CancellationToken cancel)
    {
        var query = new StringBuilder();
        QueryString.Add(query, "path", path);
        QueryString.Add(query, "name", request.Name);
        QueryString.Add(query, "type", request.Types);
        QueryString.Add(query, "smallest", Text(request.Smallest));
        QueryString.Add(query, "biggest", Text(request.Biggest));
        QueryString.Add(query, "newerThan", request.NewerThan?.ToString("O", CultureInfo.InvariantCulture));
        QueryString.Add(query, "depth", Text(request.Depth));
        return WalkAsync("find", path, query.ToString(), cancel);
    }

    public IAsyncEnumerable<TaskFile> UsageAsync(string path, int? depth, CancellationToken cancel)
    {
        var query = new StringBuilder();
        QueryString.Add(query, "path", path);
        QueryString.Add(query, "depth", Text(depth));
        return WalkAsync("du", path, query.ToString(), cancel);
    }

    public Task<Stream> ReadAsync(string path, CancellationToken cancel) => OpenAsync(TaskApi.Files, "read", $"?path={Uri.EscapeDataString(path)}", cancel);

    public Task<Stream> GrepAsync(LineQuery query, string? path, string? stream, CancellationToken cancel)
    {
        var text = new StringBuilder();
        QueryString.Add(text, "path", path);
        QueryString.Add(text, "stream", stream);
        QueryString.Add(text, "pattern", query.Pattern);
        QueryString.Add(text, "fixed", Flag(query.Fixed));
        QueryString.Add(text, "ignoreCase", Flag(query.IgnoreCase));
        QueryString.Add(text, "invert", Flag(query.Invert));
        QueryString.Add(text, "count", Flag(query.CountOnly));
        QueryString.Add(text, "numbers", Flag(query.Numbers));
        QueryString.Add(text, "text", Flag(query.AsText));
        QueryString.Add(text, "most", Text(query.Most));
        QueryString.Add(text, "before", Text(query.Before));
        QueryString.Add(text, "after", Text(query.After));
        return OpenAsync(path is null ? TaskApi.Logs : TaskApi.Files, "grep", text.ToString(), cancel);
    }

    public async IAsyncEnumerable<FeedPiece> FeedAsync(FeedRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var query = new StringBuilder();
        QueryString.Add(query, "path", request.Path);
        QueryString.Add(query, "follow", Flag(request.Follow));
        QueryString.Add(query, "position", request.Position);
        if (request.Part is { } part)
            QueryString.Add(query, (part.Side == TextSide.Last ? "tail" : "skip") + (part.IsBytes ? "Bytes" : "Lines"), Text(part.Count));
        QueryString.Add(query, "allAttempts", Flag(request.AllAttempts));
        QueryString.Add(query, "stream", request.Stream);
        QueryString.Add(query, "timestamps", Flag(request.Timestamps));
        await using Stream body = await OpenAsync(request.Path is null ? TaskApi.Logs : TaskApi.Files, "feed", query.ToString(), cancel);
        var pieces = new FeedReader(body);
        while (await pieces.NextAsync(cancel) is { } piece)
            yield return piece;
    }

    private async IAsyncEnumerable<TaskFile> WalkAsync(string what, string path, string query, [EnumeratorCancellation] CancellationToken cancel)
    {
        _unnamed.Clear();
        await using Stream body = await OpenAsync(TaskApi.Files, what, query, cancel);
        using var lines = new StreamReader(body, Encoding.UTF8);
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            if (line.Length > LongestLine)
                throw new IOException("what came is no list of files");
            JsonObject said = Parse(line);
            if (said.Integer("unnamed") is { } names)
            {
                _unnamed.Add(new UnnamedFiles(TaskFile.Join(path, said.String("path") ?? ""), names));
                continue;
            }
            if (said.Object("end") is not { } end)
            {
                yield return Read(said);
                continue;
            }
            if (end.Boolean("truncated") == true)
                throw new IOException($"only the first {end.Integer("visited")} files were looked at: say a path further down");
            if (end.Integer("unreadable") is > 0 and var unreadable)
                throw new IOException($"{unreadable} directories could not be looked into");
            yield break;
        }
        throw new IOException("the connection ended before the list did");
    }

    private static JsonObject Parse(string line)
    {
        try
        {
            return KubeJson.ParseObject(Encoding.UTF8.GetBytes(line));
        }
        catch (JsonException bad)
        {
            throw new IOException($"what came is no list of files: {bad.Message}", bad);
        }
    }

    private static TaskFile Read(JsonObject said) => new()
    {
        Path = said.String("path") ?? "", Type = said.String("type") is { Length: 1 } type ? type[0] : '?', Size = said.Integer("size") ?? 0,
        Allocated = said.Integer("allocated") ?? 0, Mode = (int)(said.Integer("mode") ?? 0), Links = said.Integer("links") ?? 1, User = said.Integer("uid") ?? 0,
        Group = said.Integer("gid") ?? 0, Target = said.String("target"),
        Modified = DateTimeOffset.TryParse(said.String("modified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset modified) ? modified : default,
    };

    private async Task<Stream> OpenAsync(string subresource, string what, string query, CancellationToken cancel)
    {
        (Stream? body, ApiStatus? error) = await api.StreamAsync(TaskApi.Path(place.Namespace, place.Pod, subresource, place.Container, what) + query, cancel);
        return body ?? throw new ApiStatusException(error!);
    }

    private static string? Flag(bool value) => value ? "true" : null;

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
