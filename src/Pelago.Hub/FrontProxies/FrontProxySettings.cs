// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.FrontProxies;

/// <summary>What the API server says of its front proxy, in the ConfigMap that is there for it. Read again now and then: authorities are rotated.</summary>
internal sealed partial class FrontProxySettings(IKubeApi api, ILogger log)
{
    private static readonly ResourcePath Map = new(new GroupVersionResource("", "v1", "configmaps"), "kube-system", "extension-apiserver-authentication");

    /// <summary>Null until it was read once: then nobody is believed.</summary>
    public FrontProxyTrust? Current { get; private set; }

    public async Task ReadAsync(CancellationToken cancel)
    {
        try
        {
            ApiResult answer = await api.GetAsync(Map, cancel);
            if (answer.Error is { } refused)
                Log.NotRead(log, refused.Message);
            else
                Current = Parse(KubeJson.ParseObject(answer.Body).Object("data") ?? []);
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or JsonException or CryptographicException or InvalidOperationException)
        {
            Log.NotRead(log, fault.Message);
        }
    }

    /// <exception cref="CryptographicException">It names no authority.</exception>
    public static FrontProxyTrust Parse(JsonObject data)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(data.String("requestheader-client-ca-file") ?? "");
        if (authorities.Count == 0)
            throw new CryptographicException("requestheader-client-ca-file is empty: the API server aggregates no other servers");
        return new FrontProxyTrust
        {
            Authorities = authorities, AllowedNames = Texts(data, "requestheader-allowed-names"), UserHeaders = Texts(data, "requestheader-username-headers"),
            UidHeaders = Texts(data, "requestheader-uid-headers"), GroupHeaders = Texts(data, "requestheader-group-headers"), ExtraPrefixes = Texts(data, "requestheader-extra-headers-prefix"),
        };
    }

    private static string[] Texts(JsonObject data, string key) =>
        data.String(key) is { Length: > 0 } text ? [.. (JsonNode.Parse(text) as JsonArray ?? []).Select(item => item?.GetValue<string>() ?? "")] : [];

    private static partial class Log
    {
        [LoggerMessage(6010, LogLevel.Warning, "ConfigMap kube-system/extension-apiserver-authentication, which says whom to believe, could not be read, which is tried again: {Why}")]
        public static partial void NotRead(ILogger log, string why);
    }
}
