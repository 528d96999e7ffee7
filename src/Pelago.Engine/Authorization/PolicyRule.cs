// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Authorization;

/// <summary>One rule of a role (rbac/v1 PolicyRule), in the order and spelling of its author. Immutable; compared by content.</summary>
internal sealed class PolicyRule
{
    public const string All = "*";

    public string[] Verbs { get; init; } = [];
    public string[] ApiGroups { get; init; } = [];
    public string[] Resources { get; init; } = [];
    public string[] ResourceNames { get; init; } = [];
    public string[] NonResourceUrls { get; init; } = [];

    public static IReadOnlyList<PolicyRule> ReadAll(JsonArray? rules)
    {
        var read = new List<PolicyRule>(rules?.Count ?? 0);
        foreach (JsonNode? item in rules ?? [])
        {
            if (item is not JsonObject rule)
                continue;
            read.Add(new PolicyRule
            {
                Verbs = Texts(rule, "verbs"), ApiGroups = Texts(rule, "apiGroups"), Resources = Texts(rule, "resources"),
                ResourceNames = Texts(rule, "resourceNames"), NonResourceUrls = Texts(rule, "nonResourceURLs"),
            });
        }

        return read;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        Put(json, "verbs", Verbs);
        Put(json, "apiGroups", ApiGroups);
        Put(json, "resources", Resources);
        Put(json, "resourceNames", ResourceNames);
        Put(json, "nonResourceURLs", NonResourceUrls);
        return json;
    }

    public bool Allows(in AccessAttributes request) =>
        request.Path is { } path
            ? Has(Verbs, request.Verb) && CoversPath(path)
            : Has(Verbs, request.Verb) && Has(ApiGroups, request.Group) && HasResource(request.Resource, request.Subresource)
                && (ResourceNames.Length == 0 || ResourceNames.AsSpan().Contains(request.Name));

    /// <summary>A trailing <c>*</c> of the rule stands for any end.</summary>
    public bool CoversPath(string path)
    {
        foreach (string url in NonResourceUrls)
        {
            if (url == All || url == path || (url.EndsWith('*') && path.StartsWith(url.AsSpan(0, url.Length - 1).TrimEnd('*'), StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    /// <summary>The one-line form that escalation errors print (component-helpers auth/rbac/validation CompactString).</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        Append(text, "APIGroups", ApiGroups);
        Append(text, "Resources", Resources);
        Append(text, "ResourceNames", ResourceNames);
        Append(text, "NonResourceURLs", NonResourceUrls);
        Append(text, "Verbs", Verbs);
        return text.Append('}').ToString();
    }

    private static bool Has(string[] values, string value)
    {
        foreach (string one in values)
        {
            if (one == value || one == All)
                return true;
        }

        return false;
    }

    /// <summary><c>*</c>, the resource (with its subresource), or <c>*/SUBRESOURCE</c>.</summary>
    private bool HasResource(string resource, string subresource)
    {
        foreach (string one in Resources)
        {
            if (one == All || (subresource.Length == 0 ? one == resource : Joins(one, resource, subresource) || Joins(one, All, subresource)))
                return true;
        }

        return false;
    }

    private static bool Joins(string whole, string resource, string subresource) =>
        whole.Length == resource.Length + 1 + subresource.Length
        && whole[resource.Length] == '/'
        && whole.StartsWith(resource, StringComparison.Ordinal)
        && whole.EndsWith(subresource, StringComparison.Ordinal);

    private static string[] Texts(JsonObject rule, string field) =>
        rule.Array(field) is { } array ? [.. array.OfType<JsonValue>().Select(value => value.TryGetValue(out string? text) ? text : "")] : [];

    private static void Put(JsonObject json, string field, string[] values)
    {
        if (values.Length > 0)
            json[field] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
    }

    private static void Append(StringBuilder text, string title, string[] values)
    {
        if (values.Length == 0)
            return;
        if (text.Length > 1)
            text.Append(", ");
        text.Append(title).Append(':').Append(GoText.QuoteAll(values));
    }
}
