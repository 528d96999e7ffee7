// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Hub.Tests.Page;

/// <summary>A stream as a page reads it: every frame, and the rows that they make.</summary>
public sealed class PageFeed(PageBrowser browser, string id)
{
    private readonly Lock _gate = new();
    private readonly List<JsonObject> _frames = [];
    private readonly Dictionary<string, Dictionary<int, JsonArray>> _rows = new(StringComparer.Ordinal);
    private CancellationTokenSource _leave = new();
    private Task _reading = Task.CompletedTask;

    public string Id { get; } = id;

    public string Ticket { get; private set; } = "";

    public long LastNumber { get; private set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task AttachAsync(string ticket, long after)
    {
        (int code, Stream body) = await browser.OpenAsync($"/api/streams/{Id}?after={after}", ("X-Pelago-Ticket", ticket), ("Cookie", ""));
        Assert.Equal(200, code);
        _leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        _reading = ReadAsync(body, _leave.Token);
        await WaitAsync(() => _frames.Exists(frame => Text(frame, "t") == "hello"));
    }

    /// <summary>The connection breaks.</summary>
    public async Task DetachAsync()
    {
        await _leave.CancelAsync();
        await _reading;
        lock (_gate)
            _frames.RemoveAll(frame => Text(frame, "t") == "hello");
    }

    public async Task<JsonArray> PostAsync(JsonObject body)
    {
        PageAnswer answer = await browser.SendAsync(HttpMethod.Post, $"/api/streams/{Id}", body);
        Assert.Equal(200, answer.Code);
        return answer.Json["refused"]!.AsArray();
    }

    /// <summary>Waits until something is true of what was read so far.</summary>
    public Task WaitAsync(Func<bool> condition) => Eventually.GetAsync(
        () =>
        {
            lock (_gate)
                return Task.FromResult((condition(), Last: _frames.LastOrDefault()?.ToJsonString()));
        },
        seen => seen.Item1, Cancel);

    /// <summary>Under <see cref="WaitAsync"/> or when nothing changes any more: the values of a subscription's rows, without their ids.</summary>
    public List<string> Rows(string subscription) =>
        [.. _rows.GetValueOrDefault(subscription)?.Values.Select(row => string.Join(" ", row.Skip(1).Select(value => value?.ToString() ?? "null"))).Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>()];

    public Task WaitForRowsAsync(string subscription, params string[] rows) => WaitAsync(() => Rows(subscription).SequenceEqual(rows.Order(StringComparer.Ordinal)));

    /// <summary>How a subscription stands at a cluster.</summary>
    public string State(string subscription, string cluster) =>
        Text(_frames.LastOrDefault(frame => Text(frame, "t") == "status" && Text(frame, "sub") == subscription && Text(frame, "cluster") == cluster) ?? [], "state");

    public List<JsonObject> FramesOf(string type, string subscription)
    {
        lock (_gate)
            return [.. _frames.Where(frame => Text(frame, "t") == type && Text(frame, "sub") == subscription)];
    }

    private static string Text(JsonObject frame, string field) => frame[field]?.GetValue<string>() ?? "";

    private async Task ReadAsync(Stream body, CancellationToken leave)
    {
        try
        {
            using var reader = new StreamReader(body, Encoding.UTF8);
            while (await reader.ReadLineAsync(leave) is { } line)
            {
                lock (_gate)
                    Apply(JsonNode.Parse(line)!.AsObject());
            }
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException or OperationCanceledException or HttpRequestException)
        {
            // It was ended, by the test or by the server.
        }
    }

    private void Apply(JsonObject frame)
    {
        _frames.Add(frame);
        if (frame["n"] is { } number && Text(frame, "t") != "hello")
            LastNumber = number.GetValue<long>();
        if (frame["ticket"] is { } ticket)
            Ticket = ticket.GetValue<string>();
        string subscription = Text(frame, "sub");
        if (Text(frame, "t") == "reset")
            _rows[subscription] = [];
        if (Text(frame, "t") != "rows")
            return;
        Dictionary<int, JsonArray> rows = _rows[subscription];
        foreach (JsonNode? gone in frame["del"]?.AsArray() ?? [])
            rows.Remove(gone!.GetValue<int>());
        foreach (JsonNode? row in frame["put"]?.AsArray() ?? [])
            rows[row![0]!.GetValue<int>()] = row.DeepClone().AsArray();
        foreach (JsonNode? set in frame["set"]?.AsArray() ?? [])
        {
            JsonArray row = rows[set![0]!.GetValue<int>()];
            for (int i = 1; i < set.AsArray().Count; i += 2)
                row[2 + set[i]!.GetValue<int>()] = set[i + 1]?.DeepClone();
        }
    }
}
