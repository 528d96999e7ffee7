// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Kubelets;

/// <summary>
/// Tells the hub, again and again, where this agent is and by which certificate it is known. Where the hub is and by which authority it is known stands
/// in a ConfigMap that only the hub may write to.
/// </summary>
internal sealed partial class HubRegistration(
    KubeletAgentOptions options, IKubeApi api, Func<int> port, X509Certificate2 certificate, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ResourcePath _map = new(new GroupVersionResource("", "v1", "configmaps"), options.Namespace, NodeApi.Hub);
    private readonly BearerToken _token = BearerToken.FromFile(options.HubTokenFile, time);
    private (string Authority, string Address) _hub;
    private long _registered;

    /// <summary>The hub knows this agent.</summary>
    public bool IsDone { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        string lastFault = "";
        while (true)
        {
            string fault = await TryAsync(cancel);
            if (fault.Length > 0 && fault != lastFault)
                Log.NotRegistered(log, options.Node, fault);
            lastFault = fault;
            await Task.Delay(options.BetweenLooks, time, cancel);
        }
    }

    /// <summary>Empty, or why the hub could not be told.</summary>
    private async Task<string> TryAsync(CancellationToken cancel)
    {
        try
        {
            ApiResult answer = await api.GetAsync(_map, cancel);
            JsonObject data = KubeJson.ParseObject(answer.BodyOrThrow()).Object("data") ?? [];
            var hub = (data.String(NodeApi.AuthorityKey) ?? "", data.String(NodeApi.AddressKey) ?? "");
            if (IsDone && hub == _hub && time.GetElapsedTime(_registered) < options.BetweenRegistrations)
                return "";
            if (!IPEndPoint.TryParse(hub.Item2, out IPEndPoint? address))
                return $"ConfigMap {options.Namespace}/{NodeApi.Hub} does not say where the hub is: it may not have started yet";
            await RegisterAsync(hub.Item1, address, cancel);
            if (!IsDone || hub != _hub)
                Log.Registered(log, options.Node, address);
            (_hub, _registered, IsDone) = (hub, time.GetTimestamp(), true);
            return "";
        }
        catch (Exception fault) when (fault is ApiStatusException or ClusterUnreachableException or HttpRequestException or IOException or CryptographicException or JsonException or UnauthorizedAccessException)
        {
            IsDone = false;
            return fault.InnerException is null ? fault.Message : $"{fault.Message} ({fault.InnerException.Message})";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            IsDone = false;
            return "the hub gave no answer";
        }
    }

    private async Task RegisterAsync(string authority, IPEndPoint address, CancellationToken cancel)
    {
        // By the name in the hub's certificate, at the address that the hub itself says: a node need not resolve names of the cluster.
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, SslOptions = Trusting(authority), ConnectCallback = (_, connecting) => ConnectAsync(address, connecting),
        });
        var body = new JsonObject { ["port"] = port(), ["certificate"] = Convert.ToBase64String(certificate.RawData), ["version"] = options.Version };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{NodeApi.Hub}.{options.Namespace}.svc:{address.Port}/agents") { Content = new ReadOnlyMemoryContent(KubeJson.ToUtf8(body)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _token.CurrentAsync(cancel));
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        using HttpResponseMessage response = await invoker.SendAsync(request, either.Token);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"the hub at {address} refuses: {(int)response.StatusCode} {await ReasonAsync(response, either.Token)}");
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Trusting(string authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.ImportFromPem(authority);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        const int Most = 4096;
        byte[] buffer = new byte[Most];
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        int read = await body.ReadAtLeastAsync(buffer, Most, throwOnEndOfStream: false, cancel);
        try
        {
            return ApiStatus.FromJson(JsonNode.Parse(buffer.AsSpan(0, read)))?.Message ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4500, LogLevel.Information, "The agent of node {Node} is registered with the hub at {Hub}")]
        public static partial void Registered(ILogger log, string node, IPEndPoint hub);

        [LoggerMessage(4501, LogLevel.Warning, "The agent of node {Node} is not registered, which is tried again: {Why}")]
        public static partial void NotRegistered(ILogger log, string node, string why);
    }
}
