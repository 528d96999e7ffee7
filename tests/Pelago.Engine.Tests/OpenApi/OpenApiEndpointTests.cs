// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.OpenApi;
using Pelago.Engine.Registry;
using Pelago.Engine.Schema;
using Xunit;

namespace Pelago.Engine.Tests.OpenApi;

public class OpenApiEndpointTests
{
    private const string Protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    private static readonly ResourceRegistry Registry = new(BuiltInKinds.All(new RowSources { Schema = BuiltInSchemas.Instance.Find }));
    private static readonly OpenApiDocuments Documents = new(Registry, "v1.33.0");
    private readonly OpenApiEndpoint _endpoint = new(
        Documents, static () => new Dictionary<string, string>(), new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero)));

    [Fact]
    public async Task The_index_leads_to_documents_by_their_hash()
    {
        HttpContext index = await GetAsync("/openapi/v3");
        using JsonDocument json = JsonDocument.Parse(Body(index));
        string url = json.RootElement.GetProperty("paths").GetProperty("apis/apps/v1").GetProperty("serverRelativeURL").GetString()!;

        HttpContext document = await GetAsync(url);

        Assert.StartsWith("/openapi/v3/apis/apps/v1?hash=", url, StringComparison.Ordinal);
        Assert.Equal(200, document.Response.StatusCode);
        Assert.Equal("public, immutable", document.Response.Headers.CacheControl);
        Assert.Equal("Thu, 02 Jan 2031 03:04:05 GMT", document.Response.Headers.Expires);
        Assert.Equal($"\"{url.Split('=')[1]}\"", document.Response.Headers.ETag);
    }

    [Fact]
    public async Task A_wrong_hash_is_led_to_the_right_one()
    {
        HttpContext answer = await GetAsync("/openapi/v3/apis/apps/v1?hash=ABC");

        Assert.Equal(301, answer.Response.StatusCode);
        Assert.Equal($"/openapi/v3/apis/apps/v1?hash={Documents.Version3("apis/apps/v1")!.Hash}", answer.Response.Headers.Location);
    }

    [Theory]
    [InlineData("/openapi/v2")]
    [InlineData("/openapi/v3")]
    [InlineData("/openapi/v3/api/v1")]
    public async Task A_known_etag_is_not_modified(string url)
    {
        string tag = (await GetAsync(url)).Response.Headers.ETag.ToString();

        HttpContext again = await GetAsync(url, request => request.Headers.IfNoneMatch = tag);

        Assert.Equal(304, again.Response.StatusCode);
        Assert.Empty(Body(again));
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/json", "application/json")]
    [InlineData(Protobuf, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [InlineData("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [InlineData("application/json;q=0.5," + Protobuf, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    public async Task Version_2_comes_in_the_form_that_is_asked_for(string? accept, string expected)
    {
        HttpContext answer = await GetAsync("/openapi/v2", request => request.Headers.Accept = accept);

        Assert.Equal(expected, answer.Response.ContentType);
        Assert.Equal(expected == "application/json" ? (byte)'{' : (byte)0x0a, Body(answer)[0]);
    }

    [Theory]
    [InlineData("/openapi/v2", "text/html")]
    [InlineData("/openapi/v3/api/v1", "application/com.github.proto-openapi.spec.v3.v1.0+protobuf")]
    public async Task A_form_that_is_not_served_is_not_acceptable(string url, string accept) =>
        Assert.Equal(406, (await GetAsync(url, request => request.Headers.Accept = accept)).Response.StatusCode);

    [Fact]
    public async Task Documents_are_packed_for_who_can_unpack_them()
    {
        HttpContext answer = await GetAsync("/openapi/v3/apis/apps/v1", request => request.Headers.AcceptEncoding = "gzip, br");
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(Body(answer)), CompressionMode.Decompress))
            await gzip.CopyToAsync(unpacked, TestContext.Current.CancellationToken);

        Assert.Equal("gzip", answer.Response.Headers.ContentEncoding);
        Assert.Equal(Documents.Version3("apis/apps/v1")!.Unpack(), unpacked.ToArray());
    }

    [Theory]
    [InlineData("/openapi/v3/apis/nowhere/v1")]
    [InlineData("/openapi/v4")]
    [InlineData("/api/v1")]
    public async Task Other_paths_are_left_to_others(string path)
    {
        var http = new DefaultHttpContext { Request = { Path = path, Method = "GET" } };

        Assert.False(await _endpoint.TryHandleAsync(http, path, TestContext.Current.CancellationToken));
    }

    private async Task<HttpContext> GetAsync(string url, Action<HttpRequest>? change = null)
    {
        string[] parts = url.Split('?');
        var http = new DefaultHttpContext { Request = { Path = parts[0], Method = "GET" }, Response = { Body = new MemoryStream() } };
        if (parts.Length > 1)
            http.Request.QueryString = new QueryString("?" + parts[1]);
        change?.Invoke(http.Request);
        Assert.True(await _endpoint.TryHandleAsync(http, parts[0], TestContext.Current.CancellationToken));
        return http;
    }

    private static byte[] Body(HttpContext http) => ((MemoryStream)http.Response.Body).ToArray();
}
