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
/// Tells the hub, again and again, where this agent is and by which certificate it is known; a hub that is another one soon. The agents of all nodes learn
/// of it in the same moment: each waits for a part of its own of the time between attempts, so that a hub that has just started does not get all at once.
/// </summary>
/// <param name="random">From 0 up to 1, anew at each call.</param>
internal sealed partial class HubRegistration(
    KubeletAgentOptions options, IKubeApi api, Func<int> port, X509Certificate2 certificate, TimeProvider time, Func<double> random, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HubLocation _location = new(api, options.Namespace, time, log);
    private readonly BearerToken _token = BearerToken.FromFile(options.HubTokenFile, time);
    private HubPlace? _told;
    private long _registered;

    /// <summary>The hub knows this agent.</summary>
    public bool IsDone { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task watching = _location.WatchAsync(stop.Token);
        try
        {
            await _location.KnownAsync(cancel).WaitAsync(options.BetweenAttempts, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await RepeatAsync(cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            Log.Ended(log, options.Node, fault);
            throw;
        }
        finally
        {
            IsDone = false;
            await stop.CancelAsync();
            // It ends with the cancellation, which is not to stand for what ended this.
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RepeatAsync(CancellationToken cancel)
    {
        string lastFault = "";
        while (!cancel.IsCancellationRequested)
        {
            Task changed = _location.Changed;
            string fault = await TryAsync(cancel);
            IsDone = fault.Length == 0;
            if (fault.Length > 0 && fault != lastFault)
                Log.NotRegistered(log, options.Node, fault);
            lastFault = fault;
            TimeSpan pause = fault.Length > 0 ? options.BetweenAttempts + Jitter() : options.BetweenRegistrations;
            await changed.WaitAsync(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (changed.IsCompleted)
                await Task.Delay(Jitter(), time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan Jitter() => options.BetweenAttempts * random();

    /// <summary>Empty, or why the hub could not be told.</summary>
    private async Task<string> TryAsync(CancellationToken cancel)
    {
        HubPlace? hub = _location.Current;
        if (IsDone && hub is not null && hub == _told && time.GetElapsedTime(_registered) < options.BetweenRegistrations)
            return "";
        if (!IPEndPoint.TryParse(hub?.Address ?? "", out IPEndPoint? address))
            return Unknown(hub);
        try
        {
            await RegisterAsync(hub!.Authority, address, cancel);
            if (!IsDone || hub != _told)
                Log.Registered(log, options.Node, address);
            (_told, _registered) = (hub, time.GetTimestamp());
            return "";
        }
        catch (Exception fault) when (fault is ApiStatusException or ClusterUnreachableException or HttpRequestException or SocketException or IOException or CryptographicException or JsonException or UnauthorizedAccessException)
        {
            return fault.InnerException is null ? fault.Message : $"{fault.Message} ({fault.InnerException.Message})";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return "the hub gave no answer";
        }
    }

    private string Unknown(HubPlace? hub)
    {
        string map = $"ConfigMap {options.Namespace}/{NodeApi.Hub}";
        if (!_location.IsKnown)
            return $"the API server has not given {map} yet, which says where the hub is";
        return hub is null ? $"there is no {map}, which says where the hub is: 'pelago install' makes it" : $"{map} does not say where the hub is: it may not have started yet";
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

        [LoggerMessage(4502, LogLevel.Error, "The agent of node {Node} registers no more")]
        public static partial void Ended(ILogger log, string node, Exception fault);
    }
}
