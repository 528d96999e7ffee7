// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Pelago.Client.Http;
using Pelago.Kube;

namespace Pelago.Client.Cells;

/// <summary>One watch of cells, from an API server that knows them.</summary>
internal sealed class CellConnection(HttpKubeApi api, ResourcePath pods, ListQuery selection, CellPosition position)
{
    private const int BufferBytes = 64 << 10;

    /// <summary>Reads to the end. False when the server does not know the form, and nothing was read.</summary>
    /// <exception cref="CellFormatException">It is another form of that name.</exception>
    public async Task<bool> ReadAsync(CellStreamSink sink, CancellationToken cancel)
    {
        var request = new ApiRequest(HttpMethod.Get, pods.ToUrlPath() + QueryString.Of(Query(), watch: true), CellProtocol.MediaType);
        using HttpResponseMessage response = await api.Sender.OpenAsync(request, cancel);
        // Whether an option or the form is complained of first is the server's choice; an option that is really bad is bad for JSON too.
        if (response.StatusCode is HttpStatusCode.NotAcceptable or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity)
            return false;
        if (!response.IsSuccessStatusCode)
        {
            sink.Error(await api.Sender.ReadErrorAsync(response, cancel));
            return true;
        }

        if (response.Content.Headers.ContentType?.MediaType != CellProtocol.MediaType)
            return false;
        using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        await ReadAsync(body, request.ToString(), sink, cancel);
        return true;
    }

    private async Task ReadAsync(Stream body, string what, CellStreamSink sink, CancellationToken cancel)
    {
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, api.Sender.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancel);
        var reader = new CellReader(sink);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
        try
        {
            while (sink.Refusal is null)
            {
                silence.CancelAfter(api.Options.WatchIdleTimeout);
                int read = await body.ReadAsync(buffer, either.Token);
                // A stream that ends within a frame was cut off there: the last bookmark says how far it came.
                if (read == 0)
                    return;
                reader.Read(buffer.AsSpan(0, read));
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Silent for too long: as good as ended.
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or SocketException && !cancel.IsCancellationRequested)
        {
            throw api.Sender.Unreachable(what, failure);
        }
    }

    private ListQuery Query()
    {
        var query = new ListQuery { LabelSelector = selection.LabelSelector, FieldSelector = selection.FieldSelector, AllowWatchBookmarks = true };
        return position.Revision is { } revision
            ? query with { ResourceVersion = revision }
            : query with { SendInitialEvents = true, ResourceVersionMatch = "NotOlderThan" };
    }
}
