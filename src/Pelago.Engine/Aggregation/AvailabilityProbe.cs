// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Engine.Authentication;
using Pelago.Kube;

namespace Pelago.Engine.Aggregation;

/// <summary>What the Available condition says.</summary>
internal sealed record Availability(bool IsAvailable, string Reason, string Message);

/// <summary>Finds out whether an APIService can be used, and keeps what its server says of its resources.</summary>
internal sealed class AvailabilityProbe(ServiceResolver resolver, RemoteConnections connections, RemoteGroups groups, TimeProvider time)
{
    public static readonly Availability Local = new(IsAvailable: true, "Local", "Local APIServices are always available");

    private const int Attempts = 3;
    private const int MostBytes = 4 << 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly Availability Passed = new(IsAvailable: true, "Passed", "all checks passed");

    public async Task<Availability> CheckAsync(ApiService service, CancellationToken cancel)
    {
        if (service.Service is not { } remote)
        {
            Forget(service.Name);
            return Local;
        }

        ServiceAddresses addresses = resolver.Resolve(remote);
        if (addresses.Ready.Count == 0)
            return new Availability(IsAvailable: false, addresses.Reason, addresses.Message);
        string why = "";
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            (JsonObject? resourceList, why) = await AskAsync(service, $"/apis/{service.Serves}", cancel);
            if (resourceList is null)
                continue;
            groups.Set(service.Name, resourceList);
            groups.SetOpenApi(service.Serves, await FindOpenApiAsync(service, cancel));
            return Passed;
        }

        return new Availability(IsAvailable: false, "FailedDiscoveryCheck", why);
    }

    public void Forget(string name)
    {
        connections.Forget(name);
        groups.Set(name, null);

        // an APIService is named by what it serves
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0)
            groups.SetOpenApi(new GroupVersion(name[(dot + 1)..], name[..dot]), null);
    }

    /// <summary>The URL of its OpenAPI document; null when the server shows none, which is no fault.</summary>
    private async Task<string?> FindOpenApiAsync(ApiService service, CancellationToken cancel)
    {
        (JsonObject? index, _) = await AskAsync(service, "/openapi/v3", cancel);
        string? url = index?.Object("paths")?.Object($"apis/{service.Serves}")?.String("serverRelativeURL");
        return url is not null && url.StartsWith($"/openapi/v3/apis/{service.Serves}", StringComparison.Ordinal) ? url : null;
    }

    private async Task<(JsonObject? Document, string Why)> AskAsync(ApiService service, string path, CancellationToken cancel)
    {
        RemoteConnection connection = connections.For(service);
        string url = connection.Prefix + path;
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation(FrontProxy.UserHeader, "system:kube-aggregator");
        request.Headers.TryAddWithoutValidation(FrontProxy.GroupHeader, "system:masters");
        try
        {
            using HttpResponseMessage response = await connection.Invoker.SendAsync(request, either.Token);
            if (!response.IsSuccessStatusCode)
                return (null, $"failing or missing response from {url}: bad status from {url}: {(int)response.StatusCode}");
            return (await ReadAsync(response, either.Token), "");
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or IOException or JsonException or InvalidDataException)
        {
            return (null, $"failing or missing response from {url}: Get \"{url}\": {Innermost(fault)}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"failing or missing response from {url}: Get \"{url}\": context deadline exceeded");
        }
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        using var buffer = new MemoryStream();
        byte[] chunk = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(chunk, cancel)) > 0)
        {
            if (buffer.Length + read > MostBytes)
                throw new InvalidDataException($"the answer is longer than {MostBytes} bytes");
            buffer.Write(chunk, 0, read);
        }

        return KubeJson.ParseObject(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
            fault = inner;
        return fault.Message;
    }
}
