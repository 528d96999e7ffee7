// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Hub.Tests.Cosmos;

/// <summary>An answer, and of which media type it says to be.</summary>
public sealed record CosmosAnswer(int Code, string Type, JsonObject Json, string? Challenge);

/// <summary>Sends what the page and the command line of DC/OS send.</summary>
public sealed class CosmosClient(CosmosScene scene, string token)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string Type(string kind, int version) => $"application/vnd.dcos.{kind}+json;charset=utf-8;version=v{version}";

    /// <summary>A request of one version of an answer.</summary>
    public Task<CosmosAnswer> PostAsync(string path, string kind, int version, JsonNode body) =>
        SendAsync(HttpMethod.Post, path, body.ToJsonString(), Type($"{kind}-request", 1), Type($"{kind}-response", version));

    /// <param name="accept">Null: there is no such header; likewise the type.</param>
    public async Task<CosmosAnswer> SendAsync(HttpMethod method, string path, string? body, string? type, string? accept, string? authorization = "")
    {
        HttpResponseMessage answer = await RawAsync(method, path, body, type, accept, authorization);
        JsonObject json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!.AsObject();
        return new CosmosAnswer((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString().Replace(" ", "", StringComparison.Ordinal), json, answer.Headers.WwwAuthenticate.FirstOrDefault()?.ToString());
    }

    public async Task<HttpResponseMessage> RawAsync(HttpMethod method, string path, string? body, string? type, string? accept, string? authorization = "")
    {
        using var request = new HttpRequestMessage(method, scene.Origin + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization.Length == 0 ? $"token={token}" : authorization.Replace("TOKEN", token, StringComparison.Ordinal));
        return await Http.SendAsync(request, Cancel);
    }
}
