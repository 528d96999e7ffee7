// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Kube.Tests.Json;

public sealed class JsonRemovalTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    public void Named_fields_go_and_the_others_keep_their_order_and_values(int step)
    {
        JsonObject json = Numbers(300);
        json["nested"] = new JsonObject { ["kept"] = true };
        string[] gone = [.. Enumerable.Range(0, 300).Where(i => i % step == 0).Select(i => $"f{i}"), "never there"];

        json.RemoveAll(gone);

        Assert.Equal([.. Enumerable.Range(0, 300).Where(i => i % step != 0).Select(i => $"f{i}"), "nested"], json.Select(field => field.Key));
        Assert.Equal(1, (int)json["f1"]!);
        Assert.Same(json, json["nested"]!.Parent);
    }

    /// <summary>Three megabytes hold that many; one by one they took minutes.</summary>
    [Fact]
    public void A_body_of_nothing_but_unknown_fields_takes_no_longer_than_its_size()
    {
        JsonObject json = Numbers(250_000);
        long start = TimeProvider.System.GetTimestamp();

        json.RemoveAll([.. json.Select(field => field.Key)]);

        Assert.Empty(json);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 5);
    }

    private static JsonObject Numbers(int count) => new(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"f{i}", (JsonNode?)JsonValue.Create(i))));
}
