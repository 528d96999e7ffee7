// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Registry;
using Pelago.Engine.Server;
using Pelago.Kube;

namespace Pelago.Engine.Discovery;

/// <summary>
/// <c>/api</c>, <c>/apis</c>, <c>/api/v1</c>, <c>/apis/G</c>, <c>/apis/G/V</c>. Both roots answer in the aggregated form too, or clients
/// throw it away; both carry an ETag. <paramref name="remoteGroups"/> are the groups of aggregated API servers, made anew at each change.
/// </summary>
internal sealed class DiscoveryEndpoint(ResourceRegistry registry, Func<IReadOnlyList<DiscoveredGroup>> remoteGroups)
{
    private const string Group = "apidiscovery.k8s.io";
    private const string Kind = "APIGroupDiscoveryList";
    private Rendered? _rendered;

    /// <summary>The plain document of a path, without HTTP; null when the path is none of discovery.</summary>
    public ReadOnlyMemory<byte>? Find(string path)
    {
        string trimmed = path.TrimEnd('/');
        Rendered documents = Current();
        return trimmed switch
        {
            "/api" => documents.Core.Legacy,
            "/apis" => documents.Groups.Legacy,
            "/api/v1" => documents.Source.ResourceList("v1"),
            _ => trimmed.StartsWith("/apis/", StringComparison.Ordinal) ? Below(documents, trimmed["/apis/".Length..]) : null,
        };
    }

    /// <summary>Whether a path is below a document of this server's own: what is not served there is told with a Status.</summary>
    public bool IsBelowOwn(string path) =>
        path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/version/", StringComparison.Ordinal)
        || path.StartsWith("/apis/", StringComparison.Ordinal) && path.Split('/') is [_, _, { Length: > 0 } group, ..] && registry.Current.IsBuiltIn(group);

    /// <summary>False when the path is none of discovery.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http, string path, CancellationToken cancel)
    {
        string trimmed = path.TrimEnd('/');
        if (trimmed is "/api" or "/apis")
        {
            Rendered documents = Current();
            await WriteRootAsync(http, trimmed == "/api" ? documents.Core : documents.Groups, cancel);
            return true;
        }

        if (Find(trimmed) is not { } document)
            return false;
        Require(http, Accept.Parse(http.Request.Headers.Accept.ToString()).Choose(allowsShapes: false) is not null);
        await ResponseWriter.WriteJsonAsync(http, 200, document, cancel);
        return true;
    }

    private static ReadOnlyMemory<byte>? Below(Rendered documents, string rest)
    {
        if (rest.Contains('/', StringComparison.Ordinal))
            return documents.Source.ResourceList(rest) ?? RemoteList(documents, rest);
        foreach (DiscoveredGroup group in documents.AllGroups)
        {
            if (group.Name != rest)
                continue;
            var json = (JsonObject)group.Legacy.DeepClone();
            json.Insert(0, "kind", "APIGroup");
            json.Insert(1, "apiVersion", "v1");
            return KubeJson.ToUtf8(json);
        }

        return null;
    }

    private static ReadOnlyMemory<byte>? RemoteList(Rendered documents, string groupVersion)
    {
        foreach (DiscoveredGroup group in documents.Remote)
        {
            if (group.ResourceLists.TryGetValue(groupVersion, out byte[]? list))
                return list;
        }

        return null;
    }

    private static Task WriteRootAsync(HttpContext http, Root root, CancellationToken cancel)
    {
        foreach ((string type, string shape, string group, string version) in Accept.Parse(http.Request.Headers.Accept.ToString()).Clauses)
        {
            if (type is not ("application/json" or "*/*" or "application/*"))
                continue;
            if (shape.Length == 0)
                return ResponseWriter.WriteJsonAsync(http, 200, root.Legacy, cancel);
            if (shape != Kind || group != Group || version != "v2")
                continue;
            http.Response.Headers.ETag = root.ETag;
            http.Response.Headers.Vary = "Accept";
            if (http.Request.Headers.IfNoneMatch.ToString().Contains(root.ETag, StringComparison.Ordinal))
            {
                http.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            return ResponseWriter.WriteTextAsync(http, 200, $"application/json;g={Group};v=v2;as={Kind}", root.Aggregated, cancel);
        }

        throw new ApiStatusException(Accept.NotAcceptable());
    }

    private static void Require(HttpContext http, bool acceptable)
    {
        if (!acceptable)
            throw new ApiStatusException(Accept.NotAcceptable());
    }

    private Rendered Current()
    {
        Rendered? rendered = Volatile.Read(ref _rendered);
        RegistrySnapshot snapshot = registry.Current;
        IReadOnlyList<DiscoveredGroup> remote = remoteGroups();
        if (rendered is not null && rendered.Source.Generation == snapshot.Generation && ReferenceEquals(rendered.Remote, remote))
            return rendered;
        DiscoveryDocuments source = rendered?.Source is { } present && present.Generation == snapshot.Generation ? present : new DiscoveryDocuments(snapshot);
        rendered = Render(source, remote);
        Volatile.Write(ref _rendered, rendered);
        return rendered;
    }

    private static Rendered Render(DiscoveryDocuments source, IReadOnlyList<DiscoveredGroup> remote)
    {
        DiscoveredGroup[] groups = [.. source.Groups, .. remote.Where(group => source.Groups.TrueForAll(local => local.Name != group.Name))];
        var core = new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() };
        var list = new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = Clones(groups.Select(group => group.Legacy)) };
        return new Rendered(
            source, remote, groups,
            Root.Of(core, Aggregated([source.CoreAggregated])),
            Root.Of(list, Aggregated(groups.Select(group => group.Aggregated))));
    }

    private static JsonObject Aggregated(IEnumerable<JsonObject> groups) => new()
    {
        ["kind"] = Kind, ["apiVersion"] = $"{Group}/v2", ["metadata"] = new JsonObject(), ["items"] = Clones(groups),
    };

    private static JsonArray Clones(IEnumerable<JsonObject> items) => new([.. items.Select(item => item.DeepClone())]);

    private sealed record Rendered(
        DiscoveryDocuments Source, IReadOnlyList<DiscoveredGroup> Remote, IReadOnlyList<DiscoveredGroup> AllGroups, Root Core, Root Groups);

    private sealed record Root(byte[] Legacy, byte[] Aggregated, string ETag)
    {
        public static Root Of(JsonObject legacy, JsonObject aggregated)
        {
            byte[] bytes = KubeJson.ToUtf8(aggregated);
            return new Root(KubeJson.ToUtf8(legacy), bytes, $"\"{Convert.ToHexString(SHA512.HashData(bytes))}\"");
        }
    }
}
