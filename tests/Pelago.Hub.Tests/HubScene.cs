// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Hub.Tests;

/// <summary>A hub before a cluster that answers its questions, and callers of it.</summary>
internal sealed class HubScene : IAsyncDisposable
{
    public const string Namespace = "pelago-system";
    public const string ApiServicePath = "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.node.pelago.dev";
    public const string HistoryServicePath = "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.history.pelago.dev";
    public const string MapPath = $"/api/v1/namespaces/{Namespace}/configmaps/pelago-hub";
    private readonly List<IDisposable> _clients = [];

    private HubScene(HubHost hub, TestKeys keys, ReviewingCluster cluster) => (Hub, Keys, Cluster) = (hub, keys, cluster);

    public HubHost Hub { get; }

    public TestKeys Keys { get; }

    public ReviewingCluster Cluster { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static JsonObject FrontProxyData(TestKeys keys, string names = "\"front-proxy-client\"") => new()
    {
        ["requestheader-client-ca-file"] = keys.Authority.ExportCertificatePem(), ["requestheader-allowed-names"] = $"[{names}]",
        ["requestheader-username-headers"] = "[\"X-Remote-User\"]", ["requestheader-group-headers"] = "[\"X-Remote-Group\"]",
        ["requestheader-extra-headers-prefix"] = "[\"X-Remote-Extra-\"]", ["requestheader-uid-headers"] = "[\"X-Remote-Uid\"]",
    };

    /// <param name="agentPort">The only port of agents.</param>
    /// <param name="nodes">The nodes of the cluster.</param>
    public static async Task<HubScene> StartAsync(int? agentPort = null, params string[] nodes)
    {
        HubScene scene = await BeginAsync(agentPort, Task.CompletedTask, nodes);
        HttpMessageInvoker anybody = scene.Client(null);
        await Eventually.GetAsync(() => scene.SendAsync(anybody, HttpMethod.Get, "/readyz"), answer => answer.Code == 200, Cancel);
        return scene;
    }

    /// <param name="agentPort">The only port of agents.</param>
    /// <param name="nodesAreHeard">What a list of nodes waits for.</param>
    /// <param name="nodes">The nodes of the cluster.</param>
    public static async Task<HubScene> BeginAsync(int? agentPort, Task nodesAreHeard, params string[] nodes)
    {
        var keys = new TestKeys();
        var cluster = new ReviewingCluster
        {
            NodesAreHeard = nodesAreHeard,
            ["/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication"] = new JsonObject { ["data"] = FrontProxyData(keys) },
            [MapPath] = new JsonObject(), [ApiServicePath] = new JsonObject { ["spec"] = new JsonObject() },
            [HistoryServicePath] = new JsonObject { ["spec"] = new JsonObject() },
        };
        foreach (string node in nodes)
            cluster[$"/api/v1/nodes/{node}"] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = node, ["uid"] = node, ["resourceVersion"] = "1" } };
        var options = new HubOptions { Address = IPAddress.Loopback, Port = 0, AgentPort = agentPort };
        HubHost hub = await HubHost.StartAsync(options, cluster, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        return new HubScene(hub, keys, cluster);
    }

    /// <summary>Puts a pod of an agent onto a node, and gives it a token.</summary>
    public string AddAgentPod(string node, string pod, string account = "pelago-node")
    {
        Cluster[$"/api/v1/namespaces/{Namespace}/pods/{pod}"] = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = pod, ["uid"] = $"uid-{pod}" }, ["spec"] = new JsonObject { ["nodeName"] = node },
            ["status"] = new JsonObject { ["hostIP"] = "127.0.0.1" },
        };
        var extra = new Dictionary<string, IReadOnlyList<string>> { ["authentication.kubernetes.io/pod-name"] = [pod], ["authentication.kubernetes.io/pod-uid"] = [$"uid-{pod}"] };
        Cluster.AddToken($"token-{pod}", new ReviewedUser($"system:serviceaccount:{Namespace}:{account}") { Extra = extra }, NodeApi.HubAudience);
        return $"token-{pod}";
    }

    /// <summary>A connection to the hub, trusted as the API server would, with a client certificate or none.</summary>
    public HttpMessageInvoker Client(X509Certificate2? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        var options = new SslClientAuthenticationOptions();
        if (Cluster[ApiServicePath]?.Object("spec")?.String("caBundle") is { } bundle)
        {
            policy.CustomTrustStore.ImportFromPem(System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(bundle)));
            options.CertificateChainPolicy = policy;
        }
        else
        {
#pragma warning disable CA5359 // it has not said yet whom to trust
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        if (certificate is not null)
            options.ClientCertificates = [certificate];
        var invoker = new HttpMessageInvoker(new SocketsHttpHandler { SslOptions = options, ConnectCallback = ConnectAsync });
        _clients.Add(invoker);
        return invoker;
    }

    public HttpMessageInvoker FrontProxy() => Client(Keys.Issue("front-proxy-client"));

    public async Task<(int Code, string Body)> SendAsync(HttpMessageInvoker client, HttpMethod method, string path, string? user = null, string? token = null, string? body = null) =>
        await AskAsync(client, method, path, user, token, body) is var (code, text, _) ? (code, text) : default;

    /// <summary>With what it warns of.</summary>
    public async Task<(int Code, string Body, string[] Warnings)> AskAsync(
        HttpMessageInvoker client, HttpMethod method, string path, string? user = null, string? token = null, string? body = null, Version? version = null)
    {
        using var request = new HttpRequestMessage(method, $"https://pelago-hub.{Namespace}.svc:{Hub.Port}{path}")
        {
            Version = version ?? HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (user is not null)
            request.Headers.Add("X-Remote-User", user);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body);
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);
        string[] warnings = response.Headers.NonValidated.TryGetValues("Warning", out HeaderStringValues values) ? [.. values.SelectMany(WarningHeader.TextsOf)] : [];
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), warnings);
    }

    public Task<(int Code, string Body)> RegisterAsync(string token, int port, X509Certificate2 certificate) => SendAsync(
        Client(null), HttpMethod.Post, "/agents", token: token,
        body: new JsonObject { ["port"] = port, ["certificate"] = Convert.ToBase64String(certificate.RawData), ["version"] = "1" }.ToJsonString());

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Hub.Port, cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Hub.DisposeAsync();
        Keys.Dispose();
    }
}
