// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Images;

/// <summary>An image on a node, as the node says it.</summary>
internal sealed record NodeImage(
    string Cluster, string Node, string Id, IReadOnlyList<string> Names, IReadOnlyList<string> Digests, long SizeBytes, IReadOnlyList<string> UsedBy, bool Pinned)
{
    private const int ShortId = 12;

    /// <summary>As docker shortens it.</summary>
    [JsonIgnore]
    public string Short => Id.Contains(':', StringComparison.Ordinal) ? Id[(Id.IndexOf(':', StringComparison.Ordinal) + 1)..].PadRight(ShortId)[..ShortId].TrimEnd() : Id;

    public static async Task<IReadOnlyList<NodeImage>> ListAsync(ImageNode node, CancellationToken cancel)
    {
        ApiResult answer = await node.Api.RawAsync(HttpMethod.Get, node.Url("images"), "application/json", null, "application/json", cancel);
        if (answer.Error is { } error)
            throw new CliException(node.Explain(error), error.Code is 502 or 503 or 504 ? ExitCode.Unreachable : ExitCode.Failed);
        return Read(node, answer.Body);
    }

    /// <summary>The items of an answer; what an answer does not say stays empty.</summary>
    public static IReadOnlyList<NodeImage> Read(ImageNode node, ReadOnlyMemory<byte> body) =>
        [.. (KubeJson.ParseObject(body).Array("items") ?? []).OfType<JsonObject>().Select(item => Of(node, item))];

    public static NodeImage Of(ImageNode node, JsonObject item) => new(
        node.Cluster, node.Name, item.String("id") ?? "", Texts(item, "names"), Texts(item, "digests"), item.Integer("sizeBytes") ?? 0, Texts(item, "usedBy"),
        item.Boolean("pinned") == true);

    private static string[] Texts(JsonObject item, string field) => [.. (item.Array(field) ?? []).Select(text => text?.GetValue<string>() ?? "")];
}

/// <summary>What the image commands print with <c>-o json</c>.</summary>
internal sealed record NodeImages(IReadOnlyList<NodeImage> Items);
