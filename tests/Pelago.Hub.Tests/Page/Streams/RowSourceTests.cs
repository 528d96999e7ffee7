// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Hub.Page.Streams;
using Pelago.Hub.Page.Streams.Feeds;
using Xunit;

namespace Pelago.Hub.Tests.Page.Streams;

public sealed class RowSourceTests
{
    private readonly RowSource _source = new("c", Request(".metadata.name", ".status.phase"));

    [Fact]
    public void Who_comes_later_is_told_all_that_is_known_and_then_what_changes()
    {
        _source.Put(Pod("a", "Running"));
        _source.Put(Pod("b", "Pending"));
        _source.Say(FeedState.Live, "");
        var late = new Reader();

        _source.Attach(late);
        _source.Put(Pod("b", "Running"));
        _source.Remove(_source.KeyOf(Pod("a", "")));

        Assert.Equal(["begin", "put a Running", "put b Pending", "Live", "put b Running was Pending", "remove a Running"], late.Heard);
    }

    [Fact]
    public void A_change_of_nothing_that_is_shown_is_told_to_nobody()
    {
        var reader = new Reader();
        _source.Attach(reader);
        _source.Put(Pod("a", "Running"));
        int before = reader.Heard.Count;

        _source.Put(Pod("a", "Running"));

        Assert.Equal(before, reader.Heard.Count);
    }

    [Fact]
    public void Who_has_left_is_told_nothing_more_and_the_others_are()
    {
        Reader stays = new(), leaves = new();
        _source.Attach(stays);
        _source.Attach(leaves);

        Assert.True(_source.Detach(leaves));
        Assert.False(_source.Detach(leaves));
        _source.Put(Pod("a", "Running"));

        Assert.Equal(["begin", "Connecting"], leaves.Heard);
        Assert.Equal("put a Running", stays.Heard[^1]);
        Assert.False(_source.IsUnread);
    }

    [Fact]
    public void Requests_that_differ_only_in_how_rows_are_shown_read_the_same()
    {
        JsonObject windowed = Json(".metadata.name"), grouped = Json(".metadata.name"), other = Json(".metadata.uid");
        (windowed["id"], windowed["limit"], windowed["filter"]) = ("w", 10, "web");
        grouped["group"] = new JsonArray(0);

        Assert.Equal(SubscriptionRequest.Read(windowed).SourceKey, SubscriptionRequest.Read(grouped).SourceKey);
        Assert.NotEqual(SubscriptionRequest.Read(windowed).SourceKey, SubscriptionRequest.Read(other).SourceKey);
        other = Json(".metadata.name");
        other["namespace"] = "red";
        Assert.NotEqual(SubscriptionRequest.Read(windowed).SourceKey, SubscriptionRequest.Read(other).SourceKey);
    }

    private static ReadOnlyMemory<byte> Pod(string name, string phase) =>
        Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"{{{name}}}","uid":"{{{name}}}"},"status":{"phase":"{{{phase}}}"}}""");

    private static SubscriptionRequest Request(params string[] columns) => SubscriptionRequest.Read(Json(columns));

    private static JsonObject Json(params string[] columns) => new()
    {
        ["id"] = "s", ["clusters"] = new JsonArray("*"), ["resource"] = "v1/pods", ["columns"] = new JsonArray([.. columns.Select(column => (JsonNode)column)]),
    };

    private sealed class Reader : IRowReader
    {
        public List<string> Heard { get; } = [];

        public void Begin(string cluster) => Heard.Add("begin");

        public void Put(string key, string cluster, byte[][] cells, byte[][]? before) => Heard.Add($"put {Text(cells)}{(before is null ? "" : $" was {Text(before[1..])}")}");

        public void Remove(string key, string cluster, byte[][] cells) => Heard.Add($"remove {Text(cells)}");

        public void Say(string cluster, FeedState state, string message) => Heard.Add(state.ToString());

        private static string Text(byte[][] cells) => string.Join(' ', cells.Select(cell => Encoding.UTF8.GetString(cell).Trim('"')));
    }
}
