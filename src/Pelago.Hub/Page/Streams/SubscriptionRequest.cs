// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Hub.Page.Streams.Columns;
using Pelago.Hub.Page.Streams.Rows;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams;

/// <summary>A subscription as the page asks for it (docs/protocols/page.md), read and found to be one.</summary>
internal sealed record SubscriptionRequest
{
    public const string AllClusters = "*";

    /// <summary>No window holds more: whoever wants more scrolls.</summary>
    public const int MostLimit = 2000;

    private const int MostColumns = 48;
    private const int MostClusters = 256;
    private const int MostSortKeys = 4;
    private const int MostWords = 8;
    private const int LongestText = 2048;
    private const int LongestId = 64;

    public required string Id { get; init; }
    public required IReadOnlyList<string> Clusters { get; init; }
    public required GroupVersionResource Resource { get; init; }
    public required string Namespace { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public required IReadOnlyList<Column> Columns { get; init; }
    public required IReadOnlyList<int> Group { get; init; }
    public required RowShape Shape { get; init; }

    /// <summary>Equal for requests that read the same of a cluster, however they group, sort and filter it.</summary>
    public required string SourceKey { get; init; }

    /// <summary>Whether a cluster is meant.</summary>
    public bool Wants(string cluster) => Clusters.Contains(AllClusters) || Clusters.Contains(cluster);

    /// <exception cref="ApiStatusException">What is wrong with it, and what may be.</exception>
    public static SubscriptionRequest Read(JsonObject json)
    {
        string id = json.String("id") ?? "";
        if (id.Length is 0 or > LongestId || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            throw Bad($"id: 1 to {LongestId} of A-Z a-z 0-9 . _ -");
        List<Column> columns = ReadColumns(json);
        int[] group = [.. Items(json, "group", MostColumns).Select(item => (int)(item.AsInteger() ?? -1))];
        if (group.Any(column => column < 0 || column >= columns.Count))
            throw Bad("group: indexes of columns, from 0");
        string ns = json.String("namespace") ?? "";
        if (ns.Length > 0 && NameRules.Dns1123Label(ns).Count > 0)
            throw Bad("namespace: a name, or nothing for all");
        GroupVersionResource resource = ReadResource(json.String("resource") ?? "");
        (string? labels, string? fields) = (Selector(json, "labelSelector"), Selector(json, "fieldSelector"));
        return new SubscriptionRequest
        {
            Id = id, Clusters = ReadClusters(json), Resource = resource, Namespace = ns, LabelSelector = labels, FieldSelector = fields, Columns = columns, Group = group,
            SourceKey = new JsonArray(resource.ToString(), ns, labels, fields, json["columns"]?.DeepClone()).ToJsonString(),
            Shape = ReadShape(json, RowShape.All, group.Length > 0 ? columns.Count + 1 : columns.Count),
        };
    }

    /// <summary>The shape with what a change says of it; what it does not name stays.</summary>
    public static RowShape ReadShape(JsonObject json, RowShape before, int columns) => before with
    {
        Sort = json.ContainsKey("sort") ? ReadSort(json, columns) : before.Sort,
        Words = json.ContainsKey("filter") ? ReadWords(json.String("filter") ?? "") : before.Words,
        Offset = json.ContainsKey("offset") ? Within(json, "offset", 10_000_000) ?? 0 : before.Offset,
        Limit = json.ContainsKey("limit") ? Within(json, "limit", MostLimit) : before.Limit,
    };

    private static List<Column> ReadColumns(JsonObject json)
    {
        var columns = new List<Column>();
        foreach (JsonNode? item in Items(json, "columns", MostColumns))
        {
            if (!Column.TryParse(Text(item), out Column? column, out string? error))
                throw Bad($"columns: {error}");
            columns.Add(column);
        }
        return columns.Count > 0 ? columns : throw Bad($"columns: 1 to {MostColumns} expressions");
    }

    private static string[] ReadClusters(JsonObject json)
    {
        string[] clusters = [.. Items(json, "clusters", MostClusters).Select(Text)];
        return clusters.Length > 0 && clusters.All(name => name.Length is > 0 and <= LongestText) ? clusters : throw Bad("clusters: names, or \"*\" for all");
    }

    private static GroupVersionResource ReadResource(string text)
    {
        string[] parts = text.Split('/');
        bool isPlain = parts.Length is 2 or 3 && parts.All(part => part.Length < 254 && NameRules.Dns1123Subdomain(part).Count == 0);
        return isPlain
            ? new GroupVersionResource(parts.Length == 3 ? parts[0] : "", parts[^2], parts[^1])
            : throw Bad("resource: VERSION/PLURAL or GROUP/VERSION/PLURAL, as v1/pods or apps/v1/deployments");
    }

    private static string? Selector(JsonObject json, string field)
    {
        string? text = json.String(field);
        return text?.Length > LongestText ? throw Bad($"{field}: at most {LongestText} characters") : string.IsNullOrEmpty(text) ? null : text;
    }

    private static SortKey[] ReadSort(JsonObject json, int columns) =>
    [
        .. Items(json, "sort", MostSortKeys).Select(item => item is JsonObject key && key.Integer("column") is { } column && column >= 0 && column < columns
            ? new SortKey((int)column, key.Boolean("descending") == true)
            : throw Bad("sort: {\"column\": INDEX, \"descending\": false}, indexes from 0")),
    ];

    private static byte[][] ReadWords(string text)
    {
        string[] words = text.Length > LongestText ? throw Bad($"filter: at most {LongestText} characters") : text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length <= MostWords ? [.. words.Select(word => Encoding.UTF8.GetBytes(Lower(word)))] : throw Bad($"filter: at most {MostWords} words");
    }

    /// <summary>As it stands within a JSON text, with small letters for ASCII ones.</summary>
    private static string Lower(string word) => string.Concat(word.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c));

    private static int? Within(JsonObject json, string field, int most)
    {
        if (json[field] is null)
            return null;
        return json.Integer(field) is { } number && number >= 0 && number <= most ? (int)number : throw Bad($"{field}: a number from 0 to {most}");
    }

    private static JsonArray Items(JsonObject json, string field, int most) => json[field] switch
    {
        null => [],
        JsonArray array when array.Count <= most => array,
        _ => throw Bad($"{field}: a list of at most {most}"),
    };

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static ApiStatusException Bad(string why) => new(new ApiStatus { Code = 422, Reason = StatusReason.Invalid, Message = $"the subscription cannot be taken: {why}" });
}
