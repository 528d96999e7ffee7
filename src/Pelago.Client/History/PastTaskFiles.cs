// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.CompilerServices;
using Pelago.Client.Tasks;
using Pelago.Kube;
using Pelago.Kube.Lines;

namespace Pelago.Client;

/// <summary>
/// The log of a task whose pod is gone, as the cluster's history has it. Its files went with the pod: asking for one is a <see cref="TextGoneException"/> that
/// says so, and so is asking for a log that history has not, with the reason.
/// </summary>
/// <param name="api">The cluster.</param>
/// <param name="task">With <see cref="PodTask.PastRun"/>.</param>
public sealed class PastTaskFiles(HttpKubeApi api, PodTask task) : ITaskFiles
{
    private const int Chunk = 64 * 1024;

    public string LogLoss { get; private set; } = "";

    public IAsyncEnumerable<TaskFile> FindAsync(string path, FindRequest request, CancellationToken cancel) => throw Gone();

    public IAsyncEnumerable<TaskFile> UsageAsync(string path, int? depth, CancellationToken cancel) => throw Gone();

    public Task<Stream> ReadAsync(string path, CancellationToken cancel) => throw Gone();

    public Task<Stream> GrepAsync(LineQuery query, string? path, string? stream, CancellationToken cancel) => path is not null
        ? throw Gone()
        : FilteredText.OfAsync(query, () => LogAsync(new LogRequest(), stream, cancel), cancel);

    public async IAsyncEnumerable<FeedPiece> FeedAsync(FeedRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (request.Path is not null)
            throw Gone();
        await using Stream text = await LogAsync(new LogRequest { TailLines = request.Part?.LastLines, Timestamps = request.Timestamps }, request.Stream, cancel);
        TextCut? cut = request.Part is { LastLines: null } part ? new TextCut(part) : null;
        byte[] buffer = new byte[Chunk];
        int read;
        while ((read = await text.ReadAsync(buffer, cancel)) > 0)
        {
            ReadOnlyMemory<byte> came = buffer.AsMemory(0, read);
            if (cut is not null)
                came = cut.Push(came);
            if (came.Length > 0)
                yield return new FeedPiece("", came, FeedChange.None);
        }
        if (cut?.End() is { Length: > 0 } last)
            yield return new FeedPiece("", last, FeedChange.None);
    }

    private async Task<Stream> LogAsync(LogRequest request, string? stream, CancellationToken cancel)
    {
        PastRun run = await new ClusterHistory(api).FindAsync(task.Pod.Namespace, task.PastRun, cancel)
            ?? throw new TextGoneException("the pod is gone, and history has dropped its run meanwhile");
        if (run.LogBytes == 0 && run.LogLoss.Length > 0)
            throw new TextGoneException($"the pod is gone, and history has no log of it: {run.LogLoss}");
        LogLoss = run.LogLoss;
        (Stream? body, ApiStatus? error) = await new HistoryStreams(api).LogAsync(run, request, stream, cancel);
        return body ?? throw new ApiStatusException(error!);
    }

    private TextGoneException Gone() => new($"the pod is gone and its files with it; history keeps what was printed: log, stdout, stderr ('pelago cat -i {task.Name}')");
}
