// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>An answer of the API server: its status code, its headers, its document.</summary>
public sealed record RawAnswer(int Code, HttpResponseHeaders Headers, string? ContentType, string Text)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string? Reason => Json["reason"]?.GetValue<string>();

    public string? Message => Json["message"]?.GetValue<string>();

    public RawAnswer Expect(int code)
    {
        Assert.True(Code == code, $"expected {code}, got {Code}: {Text}");
        return this;
    }

    public RawAnswer ExpectSuccess()
    {
        Assert.True(Code is 200 or 201, $"expected 200 or 201, got {Code}: {Text}");
        return this;
    }
}

/// <summary>The API as bytes over HTTP, with the credentials of the kubeconfig: for what typed clients cannot say.</summary>
public sealed class RawApi : IDisposable
{
    private readonly HttpClient _http;

    public RawApi(string kubeconfig, bool withCredentials = true)
    {
        KubernetesClientConfiguration config = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);
        Handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (withCredentials)
            Handler.SslOptions.ClientCertificates = [ClientCertificate(config)];
        // The kubeconfig's own authority is the only one that counts, and none of the machine's.
        Handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        Handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(config.SslCaCerts);
        _http = new HttpClient(Handler) { BaseAddress = new Uri(config.Host), Timeout = TimeSpan.FromSeconds(60) };
    }

    public SocketsHttpHandler Handler { get; }

    public Task<RawAnswer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, null, null, accept);

    public Task<RawAnswer> PostAsync(string path, string body, string type = "application/json", string? accept = null) => SendAsync(HttpMethod.Post, path, body, type, accept);

    public Task<RawAnswer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body, "application/json", null);

    public Task<RawAnswer> DeleteAsync(string path, string? body = null) => SendAsync(HttpMethod.Delete, path, body, "application/json", null);

    /// <summary>PATCH with one of the four types: <c>json-patch+json</c>, <c>merge-patch+json</c>, <c>strategic-merge-patch+json</c>, <c>apply-patch+yaml</c>.</summary>
    public Task<RawAnswer> PatchAsync(string path, string type, string body) => SendAsync(HttpMethod.Patch, path, body, "application/" + type, null);

    public async Task<RawAnswer> SendAsync(HttpMethod method, string path, string? body, string? type, string? accept, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        return await AskAsync(request, body, type, accept, headers);
    }

    /// <summary>Sends the path as it stands: nobody on the way resolves its dots or reads its escapes.</summary>
    public async Task<RawAnswer> SendExactlyAsync(HttpMethod method, string path, string? body, string? type, params (string Name, string Value)[] headers)
    {
        string address = _http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path;
        using var request = new HttpRequestMessage(method, new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        return await AskAsync(request, body, type, null, headers);
    }

    /// <summary>Opens a watch; read its lines, then dispose it.</summary>
    public async Task<RawWatch> WatchAsync(string path)
    {
        HttpResponseMessage response = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new RawWatch(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    public void Dispose() => _http.Dispose();

    private async Task<RawAnswer> AskAsync(HttpRequestMessage request, string? body, string? type, string? accept, (string Name, string Value)[] headers)
    {
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new RawAnswer((int)response.StatusCode, response.Headers, response.Content.Headers.ContentType?.ToString(), text);
    }

    private static X509Certificate2 ClientCertificate(KubernetesClientConfiguration config)
    {
        static string Pem(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        using X509Certificate2 pem = X509Certificate2.CreateFromPem(Pem(config.ClientCertificateData), Pem(config.ClientCertificateKeyData));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
