// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Client.Cells;

/// <summary>Cells of a cluster whose API server does not know them: a list and a watch in JSON, made into the same stream here.</summary>
internal sealed class EventConnection(HttpKubeApi api, ResourcePath pods, ListQuery selection, CellPosition position, TimeProvider time)
{
    private const int PageSize = 1000;
    private const int PassFrom = 64 << 10;
    private readonly ArrayBufferWriter<byte> _stream = new();
    private readonly CellEncoder _cells = new(time);
    private string _revision = "";

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(CellStreamSink sink, CancellationToken cancel)
    {
        var reader = new CellReader(sink);
        _cells.Begin(_stream);
        try
        {
            _revision = position.Revision ?? "";
            ApiStatus? refused = _revision.Length > 0 ? null : await ListAsync(reader, cancel);
            if (refused is null)
                await WatchAsync(reader, sink, cancel);
            else
                sink.Error(refused);
        }
        catch (JsonException fault)
        {
            sink.Error(ApiStatus.Internal($"cluster {api.Cluster} sent as a pod what is none: {fault.Message}"));
        }
    }

    private async Task<ApiStatus?> ListAsync(CellReader reader, CancellationToken cancel)
    {
        ListQuery page = Query() with { Limit = PageSize };
        while (true)
        {
            ApiResult answer = await api.ListAsync(pods, page, cancel);
            if (answer.Error is { } error)
                return error;
            var list = ListDocument.Parse(answer.Body);
            foreach (ReadOnlyMemory<byte> pod in list.Items)
                _cells.Set(_stream, pod.Span);
            // The pages are one snapshot, that of the first page.
            if (_revision.Length == 0)
                _revision = list.ResourceVersion;
            if (list.Continue is null)
                break;
            Pass(reader);
            page = page with { Continue = list.Continue };
        }

        Pass(reader, endsInitialState: true);
        return null;
    }

    private async Task WatchAsync(CellReader reader, CellStreamSink sink, CancellationToken cancel)
    {
        ListQuery query = Query() with { ResourceVersion = _revision, AllowWatchBookmarks = true };
        await using IAsyncEnumerator<RawWatchEvent> events = api.WatchAsync(pods, query, () => PassBeginning(reader), cancel).GetAsyncEnumerator(cancel);
        bool hasNews = false;
        while (true)
        {
            ValueTask<bool> next = events.MoveNextAsync();
            // What is there is told before anything is waited for.
            if (hasNews && (!next.IsCompleted || _stream.WrittenCount >= PassFrom))
            {
                Pass(reader, endsInitialState: false);
                hasNews = false;
            }

            if (!await next)
                break;
            if (events.Current.Type == "ERROR")
            {
                sink.Error(ApiStatus.FromJson(KubeJson.Parse(events.Current.Object)) ?? ApiStatus.Internal("an error that is no Status ended the watch"));
                break;
            }

            hasNews = true;
            Take(events.Current);
        }

        if (hasNews)
            Pass(reader, endsInitialState: false);
    }

    private void Take(RawWatchEvent watched)
    {
        if (watched.Type is "ADDED" or "MODIFIED")
            _cells.Set(_stream, watched.Object.Span);
        else if (watched.Type == "DELETED")
            _cells.Remove(_stream, watched.Object.Span);
        string revision = ObjectIdentity.Read(watched.Object.Span).ResourceVersion;
        if (revision.Length > 0)
            _revision = revision;
    }

    /// <summary>Passes on what was made, with a bookmark.</summary>
    private void Pass(CellReader reader, bool endsInitialState)
    {
        // Numbers are what revisions are everywhere, but only equality is promised: of another one the text is kept.
        _cells.WriteBookmark(_stream, ulong.TryParse(_revision, out ulong number) ? number : 0, endsInitialState);
        Pass(reader);
        position.Revision = _revision;
    }

    /// <summary>That a watch is open is news after a disconnection, also when nothing changes in it. After a list there is nothing left to tell.</summary>
    private void PassBeginning(CellReader reader)
    {
        if (_stream.WrittenCount > 0)
            Pass(reader);
    }

    private void Pass(CellReader reader)
    {
        _cells.EndBatch(_stream);
        reader.Read(_stream.WrittenSpan);
        _stream.ResetWrittenCount();
    }

    private ListQuery Query() => new() { LabelSelector = selection.LabelSelector, FieldSelector = selection.FieldSelector };
}
