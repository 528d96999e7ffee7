// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine;
using Pelago.Hub.Page;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.Packages.Repositories;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Hub.Tests.Cosmos;

/// <summary>A hub with a repository from a server, before a cluster with RBAC that serves installations; nobody works on them.</summary>
public abstract class CosmosScene(string recording) : IAsyncLifetime
{
    private readonly TemporaryDirectory _files = new();
    private readonly HttpListener _server = new();
    private EngineHost? _engine;
    private PageHost? _page;
    private HttpKubeApi? _owner;

    /// <summary>Where repositories are: <c>/universe</c>, <c>/empty…</c>, <c>/garbage</c>, a file <c>/file.png</c>; nothing else.</summary>
    public string Server { get; private set; } = "";

    public string Origin => $"http://127.0.0.1:{_page!.Port}";

    /// <summary>The cluster as its administrator.</summary>
    public HttpKubeApi Owner => _owner!;

    /// <summary>May do everything.</summary>
    public CosmosClient Admin { get; private set; } = null!;

    /// <summary>May see installations of the namespace <c>default</c>, and nothing else.</summary>
    public CosmosClient Viewer { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = Listen();
        _ = ServeAsync();
        _engine = await EngineHost.StartAsync(new EngineOptions { Name = "hub", RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        await InstallationController.DefineAsync(_engine.ApiFor("packages"), NullLogger.Instance, TimeProvider.System, Cancel);
        _engine.WriteKubeconfig(_files["kubeconfig"]);
        ClusterConnection connection = Kubeconfig.Load([_files["kubeconfig"]], mustExist: true).Connect(null, TimeProvider.System) with { Cluster = "hub" };
        _owner = new HttpKubeApi(connection, HttpKubeApiOptions.Default, TimeProvider.System);
        using (var updater = new RepositoryUpdater(new PackageStore(_files["packages"]), RepositoryLimits.Default, TimeProvider.System))
            await updater.AddAsync(new RepositoryEntry("Universe", $"{Server}/universe", null), null, Cancel);
        var options = new PageOptions { Label = "ctest", Key = new byte[32], Packages = _files["packages"] };
        _page = await PageHost.StartAsync(options, [connection], NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        Admin = new CosmosClient(this, await AddAccountAsync("admin", Rule("*", "*", "*")));
        Viewer = new CosmosClient(this, await AddAccountAsync("viewer", Rule(PackagesApi.Group, "installations", "get", "list")));
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.DisposeAsync();
        _owner?.Dispose();
        if (_engine is not null)
            await _engine.DisposeAsync();
        _server.Close();
        _files.Dispose();
    }

    /// <summary>A file of the recordings.</summary>
    public static JsonNode Recording(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cosmos/recordings", name)))!;

    protected virtual byte[] Universe() => Encoding.UTF8.GetBytes(Recording(recording).ToJsonString());

    private string Listen()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        _server.Prefixes.Add($"{address}/");
        _server.Start();
        return address;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext request = await _server.GetContextAsync();
                string path = request.Request.Url!.AbsolutePath;
                byte[]? body = path switch
                {
                    "/universe" => Universe(),
                    "/garbage" => "{]"u8.ToArray(),
                    "/file.png" => [0x89, 0x50, 0x4e, 0x47],
                    _ when path.StartsWith("/empty", StringComparison.Ordinal) => "{\"packages\": []}"u8.ToArray(),
                    _ => null,
                };
                request.Response.StatusCode = body is null ? 404 : 200;
                request.Response.ContentType = path.EndsWith(".png", StringComparison.Ordinal) ? "image/png" : "application/json";
                request.Response.Close(body ?? [], willBlock: false);
            }
        }
        catch (Exception over) when (over is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static JsonObject Rule(string group, string resource, params string[] verbs) => new()
    {
        ["apiGroups"] = new JsonArray(group), ["resources"] = new JsonArray(resource), ["verbs"] = new JsonArray([.. verbs.Select(verb => (JsonNode)verb)]),
    };

    /// <summary>A ServiceAccount with these rights in the whole cluster, but for the viewer's, which are those of a namespace; its token.</summary>
    private async Task<string> AddAccountAsync(string name, JsonObject rule)
    {
        bool isWide = name == "admin";
        string rbac = $"/apis/rbac.authorization.k8s.io/v1/{(isWide ? "cluster" : "namespaces/default/")}";
        await CreateAsync("/api/v1/namespaces/default/serviceaccounts", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = name } });
        string role = isWide ? "ClusterRole" : "Role";
        await CreateAsync($"{rbac}roles", new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1", ["kind"] = role, ["metadata"] = new JsonObject { ["name"] = $"c-{name}" }, ["rules"] = new JsonArray(rule),
        });
        await CreateAsync($"{rbac}rolebindings", new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1", ["kind"] = $"{role}Binding", ["metadata"] = new JsonObject { ["name"] = $"c-{name}" },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = role, ["name"] = $"c-{name}" },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = name, ["namespace"] = "default" }),
        });
        string answer = await CreateAsync($"/api/v1/namespaces/default/serviceaccounts/{name}/token", new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = new JsonObject(),
        });
        return JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
    }

    private async Task<string> CreateAsync(string path, JsonObject document)
    {
        ApiResult made = await Owner.RawAsync(HttpMethod.Post, path, "application/json", KubeJson.ToUtf8(document), "application/json", Cancel);
        return Encoding.UTF8.GetString(made.BodyOrThrow().Span);
    }
}

/// <summary>With the packages of the exchanges about services.</summary>
public sealed class ServicesScene() : CosmosScene("services.json")
{
    protected override byte[] Universe()
    {
        JsonNode document = Recording("services.json");
        // A picture that the repository's own server has.
        document["packages"]![0]!["resource"]!["images"]!["icon-large"] = $"{Server}/file.png";
        document["packages"]![0]!["resource"]!["images"]!["icon-medium"] = "http://localhost:1/elsewhere.png";
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }
}

/// <summary>With the packages of a recorded search: names, versions and releases, tags and what is selected.</summary>
public sealed class SearchScene() : CosmosScene("packages.json")
{
    protected override byte[] Universe()
    {
        var packages = new JsonArray();
        foreach (JsonNode? recorded in Recording("packages.json").AsArray())
        {
            foreach ((string version, JsonNode? release) in recorded!["versions"]!.AsObject())
            {
                packages.Add((JsonNode)new JsonObject
                {
                    ["packagingVersion"] = "3.0", ["name"] = recorded["name"]!.DeepClone(), ["version"] = version, ["releaseVersion"] = release!.DeepClone(), ["maintainer"] = "a@example.com",
                    ["description"] = "One of a recorded search.", ["tags"] = recorded["tags"]!.DeepClone(), ["framework"] = recorded["framework"]!.DeepClone(), ["selected"] = recorded["selected"]!.DeepClone(),
                });
            }
        }

        return Encoding.UTF8.GetBytes(new JsonObject { ["packages"] = packages }.ToJsonString());
    }
}
