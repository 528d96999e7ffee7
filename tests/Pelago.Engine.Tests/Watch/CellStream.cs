// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Watch;

/// <summary>Reads a watch of cells until what a test waits for was said. Lines name pods and nodes instead of numbers.</summary>
internal sealed class CellStream : ICellSink, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly CellReader _reader;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Dictionary<uint, string> _cells = [];
    private readonly Dictionary<ushort, string> _nodes = new() { [0] = "-" };

    private CellStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _body = body;
        _reader = new CellReader(this);
    }

    public int Code => (int)_response.StatusCode;

    public string? MediaType => _response.Content.Headers.ContentType?.MediaType;

    /// <summary>E.g. <c>web-0 Ready on node-1</c>, and <c>up to date</c> for the end of the initial state.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Of the last bookmark.</summary>
    public ulong Revision { get; private set; }

    public ApiStatus? Status { get; private set; }

    /// <summary>Everything that was read.</summary>
    public long Bytes { get; private set; }

    public static async Task<CellStream> OpenAsync(HttpClient http, string path, string accept = CellProtocol.MediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new CellStream(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Reads on until the condition holds; false when the stream ends before.</summary>
    public async Task<bool> ReadUntilAsync(Func<CellStream, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!condition(this))
        {
            int read = await _body.ReadAsync(_buffer, patience.Token);
            if (read == 0)
            {
                _reader.Complete();
                return condition(this);
            }

            Bytes += read;
            _reader.Read(_buffer.AsSpan(0, read));
        }

        return true;
    }

    /// <summary>Reads on until as many lines were said, and a bookmark after them.</summary>
    public async Task<string[]> NextAsync(int count)
    {
        int most = Lines.Count + count;
        ulong before = Revision;
        await ReadUntilAsync(stream => stream.Lines.Count >= most && stream.Revision > before);
        return [.. Lines[^count..]];
    }

    public void Begin(DateTimeOffset epoch) => Assert.InRange(epoch, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.MaxValue);

    public void Node(ushort node, string name) => _nodes.Add(node, name);

    public void Cell(uint cell, string name) => _cells[cell] = name.Split('/')[1];

    public void Change(in CellChange change)
    {
        string flags = change.Flags == CellFlags.None ? "" : $" {change.Flags}";
        Lines.Add($"{_cells[change.Cell]} {change.State}{flags}{(change.Node == 0 ? "" : $" on {_nodes[change.Node]}")}");
    }

    public void Bookmark(ulong revision, bool endsInitialState)
    {
        Revision = revision;
        if (endsInitialState)
            Lines.Add("up to date");
    }

    public void Error(ApiStatus status) => Status = status;

    public ValueTask DisposeAsync()
    {
        _body.Dispose();
        _response.Dispose();
        return default;
    }
}
