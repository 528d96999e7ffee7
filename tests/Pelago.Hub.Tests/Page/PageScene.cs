// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Engine;
using Pelago.Hub.Page;
using Pelago.Kube;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Hub.Tests.Page;

/// <summary>A page before a cluster of the embedded engine, with RBAC, and one that accepts connections and never answers. For all tests of a class.</summary>
public sealed class PageScene : IAsyncLifetime
{
    public const string Cluster = "pelago-1";
    public const string Hanging = "silent";
    public const string Label = "ptest";
    public const string NameBehindTls = "pelago.example";
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private readonly byte[] _key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private readonly TemporaryDirectory _files = new();
    private readonly RecordedLog _log = new(LogLevel.Debug);
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private EngineHost? _engine;
    private PageHost? _page;
    private HttpKubeApi? _admin;

    public int Port => _page!.Port;

    /// <summary>The cluster as its administrator.</summary>
    public HttpKubeApi Admin => _admin!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _silent.Start();
        _engine = await EngineHost.StartAsync(new EngineOptions { Name = Cluster, RunControllers = false }, _log, TimeProvider.System, Cancel);
        _engine.WriteKubeconfig(_files["kubeconfig"]);
        ClusterConnection connection = Kubeconfig.Load([_files["kubeconfig"]], mustExist: true).Connect(null, TimeProvider.System) with { Cluster = Cluster };
        _admin = new HttpKubeApi(connection, HttpKubeApiOptions.Default, TimeProvider.System);
        Directory.CreateDirectory(_files["web/assets"]);
        await File.WriteAllTextAsync(_files["web/index.html"], "<!doctype html><title>page</title>", Cancel);
        await File.WriteAllTextAsync(_files["web/assets/app-1a2b.js"], "export {}", Cancel);
        await File.WriteAllTextAsync(_files["secret.txt"], "secret", Cancel);
        var silent = new ClusterConnection { Cluster = Hanging, Server = new Uri($"https://{_silent.LocalEndpoint}") };
        var options = new PageOptions { Label = Label, Key = _key, Files = _files["web"], Packages = _files["packages"], Version = "1", Hosts = [$"https://{NameBehindTls}"] };
        _page = await PageHost.StartAsync(options, [connection, silent], NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        foreach (string ns in (string[])["red", "blue"])
        {
            await CreateAsync("/api/v1/namespaces", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ns } });
            await CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = "default" } });
            await AddPodAsync(ns, $"{ns}-0");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.DisposeAsync();
        _admin?.Dispose();
        if (_engine is not null)
            await _engine.DisposeAsync();
        _silent.Dispose();
        _files.Dispose();
    }

    /// <summary>A code as <c>pelago dashboard</c> makes one.</summary>
    public string Code(string user = "", DateTimeOffset? now = null) => LoginCode.Make(_key, now ?? TimeProvider.System.GetUtcNow(), user);

    /// <summary>From now on the home has a repository, and the cluster knows installations.</summary>
    public async Task OfferPackagesAsync()
    {
        if (Directory.Exists(_files["repository"]))
            return;
        await SamplePackages.AddAsync(_files["repository"], _files["packages"]);
        await SamplePackages.DefineAsync(Admin);
    }

    public PageBrowser Browser() => new(Port);

    /// <summary>A browser that came by a link, as the owner or as somebody else.</summary>
    public async Task<PageBrowser> LoginAsync(string user = "")
    {
        PageBrowser browser = Browser();
        PageAnswer answer = await browser.LoginAsync(new JsonObject { ["code"] = Code(user) });
        Assert.Equal(200, answer.Code);
        return browser;
    }

    public Task<string> AddPodAsync(string ns, string name, string phase = "") => CreateAsync($"/api/v1/namespaces/{ns}/pods", new JsonObject
    {
        ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["phase"] = phase } },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main", ["image"] = "x", ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "250m", ["memory"] = "64Mi" } },
            }),
        },
    });

    public async Task LabelAsync(string ns, string pod, string value)
    {
        byte[] patch = KubeJson.ToUtf8(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["phase"] = value } } });
        (await Admin.PatchAsync(new ResourcePath(Pods, ns, pod), PatchType.Merge, patch, WriteQuery.None, Cancel)).BodyOrThrow();
    }

    public async Task DeletePodAsync(string ns, string pod) =>
        (await Admin.DeleteAsync(new ResourcePath(Pods, ns, pod), new DeleteQuery { GracePeriodSeconds = 0 }, Cancel)).BodyOrThrow();

    /// <summary>One object of each kind that screens watch, in both namespaces; the kinds as subscriptions name them.</summary>
    public async Task<string[]> FillAsync()
    {
        (string Resource, string Body)[] kinds =
        [
            ("v1/pods", ""), ("v1/services", """{"spec":{"ports":[{"port":80}]}}"""), ("v1/configmaps", "{}"),
            ("v1/events", """{"involvedObject":{"kind":"Pod","namespace":"NS","name":"x"},"reason":"Tested","type":"Warning"}"""),
            ("apps/v1/deployments", Workload("")), ("apps/v1/statefulsets", Workload(",\"serviceName\":\"x\"")), ("apps/v1/daemonsets", Workload("")), ("apps/v1/replicasets", Workload("")),
            ("batch/v1/jobs", """{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"x"}]}}}}"""),
            ("batch/v1/cronjobs", """{"spec":{"schedule":"0 3 * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"x"}]}}}}}}"""),
        ];
        foreach ((string resource, string text) in kinds.Where(kind => kind.Body.Length > 0))
        {
            string[] parts = resource.Split('/');
            foreach (string ns in (string[])["red", "blue"])
            {
                JsonObject body = JsonNode.Parse(text.Replace("NS", ns, StringComparison.Ordinal))!.AsObject();
                body["metadata"] = new JsonObject { ["generateName"] = "filled-" };
                await CreateAsync(parts.Length == 2 ? $"/api/v1/namespaces/{ns}/{parts[1]}" : $"/apis/{parts[0]}/{parts[1]}/namespaces/{ns}/{parts[2]}", body);
            }
        }
        return [.. kinds.Select(kind => kind.Resource)];

        static string Workload(string more) =>
            """{"spec":{"selector":{"matchLabels":{"app":"filled"}}MORE,"template":{"metadata":{"labels":{"app":"filled"}},"spec":{"containers":[{"name":"main","image":"x"}]}}}}""".Replace("MORE", more, StringComparison.Ordinal);
    }

    /// <summary>A ServiceAccount of a namespace that may look at its pods, or at all of it, and at nothing else; its token.</summary>
    public async Task<string> AddViewerAsync(string ns, string name, bool all = false)
    {
        await CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = name } });
        await CreateAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1", ["kind"] = "Role", ["metadata"] = new JsonObject { ["name"] = name },
            ["rules"] = new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray(all ? "*" : ""), ["resources"] = new JsonArray(all ? "*" : "pods"), ["verbs"] = new JsonArray("get", "list", "watch") }),
        });
        await CreateAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings", new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1", ["kind"] = "RoleBinding", ["metadata"] = new JsonObject { ["name"] = name },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Role", ["name"] = name },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = name, ["namespace"] = ns }),
        });
        string answer = await CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts/{name}/token", new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = new JsonObject(),
        });
        return JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
    }

    private async Task<string> CreateAsync(string path, JsonObject document)
    {
        ApiResult made;
        try
        {
            made = await Admin.RawAsync(HttpMethod.Post, path, "application/json", KubeJson.ToUtf8(document), "application/json", Cancel);
        }
        catch (ClusterUnreachableException unreachable)
        {
            throw new InvalidOperationException($"the engine in this process did not answer; what it logged:\n{_log}", unreachable);
        }
        return System.Text.Encoding.UTF8.GetString(made.BodyOrThrow().Span);
    }
}
