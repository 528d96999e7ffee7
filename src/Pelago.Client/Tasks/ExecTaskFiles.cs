// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Pelago.Client.Tasks;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Client;

/// <summary>
/// Logs and files of a task on a Kubernetes without agents: files by commands in the container (find, stat, cat, tail), which must be there, and logs by the
/// API, which keeps two attempts and filters nothing. A followed file that breaks off cannot be gone on with.
/// </summary>
public sealed class ExecTaskFiles(HttpKubeApi api, TaskPlace place) : ITaskFiles
{
    private const int Chunk = 64 * 1024;

    /// <summary>So many may bear the very time of the last one.</summary>
    private const int LinesOfOneTime = 100;

    /// <summary>The position in a log of which nothing has been seen.</summary>
    private const string AtBeginning = ";0l";

    /// <summary>No character, so that no name has it: those that are read with one are no UTF-8.</summary>
    private const char NoCharacter = '\uFFFF';
    private static readonly Encoding Names = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback($"{NoCharacter}"));
    private readonly Dictionary<string, long> _unnamed = new(StringComparer.Ordinal);

    public IReadOnlyList<UnnamedFiles> Unnamed => [.. _unnamed.Select(directory => new UnnamedFiles(directory.Key, directory.Value))];

    public async IAsyncEnumerable<TaskFile> FindAsync(string path, FindRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        string at = Given(path);
        string[] depth = request.Depth is { } deepest ? ["-maxdepth", deepest.ToString(CultureInfo.InvariantCulture)] : [];
        string[] command = ["find", at, .. depth, "-exec", "stat", "-c", "%f|%h|%u|%g|%s|%b|%Y|%n", "{}", "+"];
        Glob? name = request.Name is { } pattern ? new Glob(pattern) : null;
        await using ContainerCommand run = await ContainerCommand.StartAsync(api, place, command, 0, cancel);
        using var lines = new StreamReader(run.Output, Names);
        _unnamed.Clear();
        TaskFile? pending = null;
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            if (StatLine.TryRead(line, at, out TaskFile? next))
            {
                if (pending is not null && IsNamed(pending, path) && Takes(pending, request, name))
                    yield return pending;
                pending = next;
            }
            else if (pending is not null)
            {
                // A newline in a name: the rest of it.
                pending = pending with { Path = pending.Path + "\n" + line };
            }
        }
        if (pending is not null && IsNamed(pending, path) && Takes(pending, request, name))
            yield return pending;
    }

    public async IAsyncEnumerable<TaskFile> UsageAsync(string path, int? depth, [EnumeratorCancellation] CancellationToken cancel)
    {
        var sums = new SortedDictionary<string, TaskFile>(StringComparer.Ordinal);
        await foreach (TaskFile file in FindAsync(path, new FindRequest(), cancel))
        {
            if (file.Type == 'd' || file.Path.Length == 0)
                sums[file.Path] = file with { Size = file.Type == 'd' ? 0 : file.Size, Allocated = 0 };
            for (string? above = file.Path; above is not null; above = above.Length == 0 ? null : Path.GetDirectoryName(above) ?? "")
            {
                if (sums.TryGetValue(above, out TaskFile? sum))
                    sums[above] = sum with { Size = sum.Size + (file.Type == 'd' || file.Path == above ? 0 : file.Size), Allocated = sum.Allocated + file.Allocated };
            }
        }
        foreach (TaskFile sum in sums.Values.Reverse())
        {
            if (depth is not { } deepest || (sum.Path.Length == 0 ? 0 : sum.Path.Count(letter => letter == '/') + 1) <= deepest)
                yield return sum;
        }
    }

    public async Task<Stream> ReadAsync(string path, CancellationToken cancel)
    {
        ContainerCommand run = await ContainerCommand.StartAsync(api, place, ["cat", Given(path)], 0, cancel);
        return new CommandStream(run);
    }

    public Task<Stream> GrepAsync(LineQuery query, string? path, string? stream, CancellationToken cancel) => FilteredText.OfAsync(
        query, async () => path is null ? await LogAsync(new LogRequest { Container = place.Container }, stream, cancel) : await ReadAsync(path, cancel), cancel);

    public IAsyncEnumerable<FeedPiece> FeedAsync(FeedRequest request, CancellationToken cancel) =>
        request.Path is { } path ? FeedFileAsync(path, request, cancel) : FeedLogAsync(request, cancel);

    private async IAsyncEnumerable<FeedPiece> FeedFileAsync(string path, FeedRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        TextPart part = request.Part ?? new TextPart(TextSide.AllButFirst, 0, IsBytes: false);
        string from = part.Side == TextSide.Last ? part.Count.ToString(CultureInfo.InvariantCulture) : "+" + (part.Count + 1).ToString(CultureInfo.InvariantCulture);
        string[] command = ["tail", part.IsBytes ? "-c" : "-n", from, .. request.Follow ? (string[])["-F"] : [], Given(path)];
        await using ContainerCommand run = await ContainerCommand.StartAsync(api, place, command, 0, cancel);
        byte[] buffer = new byte[Chunk];
        FeedChange change = request.Position is null ? FeedChange.None : FeedChange.Gap;
        int read;
        while ((read = await run.Output.ReadAsync(buffer, cancel)) > 0)
        {
            yield return new FeedPiece("", buffer.AsMemory(0, read), change);
            change = FeedChange.None;
        }
    }

    private async IAsyncEnumerable<FeedPiece> FeedLogAsync(FeedRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        (string seen, TextPart? part) = request.Position is { } position ? Read(position) : ("", request.Part);
        if (request.Follow && part is { Side: TextSide.Last, IsBytes: true })
            throw Impossible("where the last bytes of a log begin is not known in this cluster, which has no agents, before it has ended: ask for its last lines");
        var lines = new LogLines(seen, request.Timestamps);
        if (request.Follow && part is { LastLines: 0 })
        {
            // Only by lines that are there it is known which ones are new; where none is, all are.
            await PassOverAsync(lines, request.Stream, cancel);
            part = null;
            yield return new FeedPiece(lines.Position.Length > 0 ? lines.Position : AtBeginning, default, FeedChange.None);
        }
        lines.Begin();
        var asked = new LogRequest
        {
            Container = place.Container, Follow = request.Follow, Timestamps = true, SinceTime = lines.Since, TailLines = part?.LastLines,
        };
        TextCut? cut = part is { LastLines: null } rest ? new TextCut(rest) : null;
        await using Stream body = await LogAsync(asked, request.Stream, cancel);
        if (request is { Follow: true, Position: null } && cut?.Rest is not null)
            yield return new FeedPiece(Place(lines, cut), default, FeedChange.None);
        byte[] buffer = new byte[Chunk];
        while (true)
        {
            int read = await body.ReadAsync(buffer, cancel);
            ReadOnlyMemory<byte> text = lines.Take(buffer.AsSpan(0, read), isLast: read == 0);
            if (cut is not null)
                text = cut.Push(text);
            // What is left out is counted once, too.
            if (text.Length > 0 || (request.Follow && read > 0 && cut?.Rest is not null))
                yield return new FeedPiece(Place(lines, cut), text, FeedChange.None);
            if (read > 0)
                continue;
            if (cut?.End() is { Length: > 0 } last)
                yield return new FeedPiece(lines.Position, last, FeedChange.None);
            yield break;
        }
    }

    /// <summary>Sees what is there.</summary>
    private async Task PassOverAsync(LogLines lines, string? stream, CancellationToken cancel)
    {
        await using Stream body = await LogAsync(new LogRequest { Container = place.Container, Timestamps = true, TailLines = LinesOfOneTime }, stream, cancel);
        lines.Begin();
        byte[] buffer = new byte[Chunk];
        int read;
        do
        {
            read = await body.ReadAsync(buffer, cancel);
            lines.Take(buffer.AsSpan(0, read), isLast: read == 0);
        }
        while (read > 0);
    }

    /// <summary>What has been seen of a log, and behind a semicolon what is still to be left out of what comes: <c>9l</c> or <c>9c</c>, as of lines or bytes.</summary>
    private static string Place(LogLines lines, TextCut? cut) =>
        cut?.Rest is { } rest ? string.Create(CultureInfo.InvariantCulture, $"{lines.Position};{rest.Count}{(rest.IsBytes ? 'c' : 'l')}") : lines.Position;

    private static (string Seen, TextPart? Part) Read(string position)
    {
        int end = position.IndexOf(';', StringComparison.Ordinal);
        return end >= 0 && long.TryParse(position.AsSpan(end + 1).TrimEnd("cl"), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? (position[..end], new TextPart(TextSide.AllButFirst, count, position[^1] == 'c'))
            : (position, null);
    }

    private async Task<Stream> LogAsync(LogRequest request, string? stream, CancellationToken cancel)
    {
        if (stream is not null)
            throw Impossible($"{stream} alone cannot be had of this cluster, which has no agents: ask for the log");
        (Stream? body, ApiStatus? error) = await new PodStreams(api).LogsAsync(place.Namespace, place.Pod, request, cancel);
        return body ?? throw new ApiStatusException(error!);
    }

    /// <summary>However often it is asked: a 400 would be taken for that of a container that is to start.</summary>
    private static ApiStatusException Impossible(string why) => new(ApiStatus.MethodNotAllowed() with { Message = why });

    /// <summary>Counts a name that is no UTF-8; of what is below one, its directory was counted.</summary>
    private bool IsNamed(TaskFile file, string start)
    {
        if (!file.Path.Contains(NoCharacter, StringComparison.Ordinal))
            return true;
        string directory = Path.GetDirectoryName(file.Path) ?? "";
        if (!directory.Contains(NoCharacter, StringComparison.Ordinal))
            CollectionsMarshal.GetValueRefOrAddDefault(_unnamed, TaskFile.Join(start, directory), out _)++;
        return false;
    }

    private static bool Takes(TaskFile file, FindRequest request, Glob? name) =>
        (name is null || name.Matches(Path.GetFileName(file.Path))) && (request.Types is null || request.Types.Contains(file.Type, StringComparison.Ordinal))
        && !(file.Size < request.Smallest) && !(file.Size > request.Biggest) && !(file.Modified <= request.NewerThan);

    /// <summary>A name that begins with a hyphen is no option.</summary>
    private static string Given(string path) => path.Length == 0 ? "." : path[0] == '-' ? "./" + path : path;
}
