// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pelago.History.Api;
using Pelago.History.Merging;
using Pelago.Kube;

namespace Pelago.History.Tests;

/// <summary>A node's endpoint, asked without a network.</summary>
internal sealed class FakePart(string name, HistoryEndpoint endpoint) : IHistoryPart
{
    public string Name => name;

    public HistoryEndpoint Endpoint => endpoint;

    public bool Hangs { get; set; }

    public int Answered { get; private set; }

    /// <summary>What it says whatever it is asked.</summary>
    public string? Answer { get; set; }

    public string? Fault { get; set; }

    /// <summary>It never answers.</summary>
    public bool IsStuck { get; set; }

    /// <summary>What it is asked for instead of what it should be.</summary>
    public string? Namespace { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string pathAndQuery, CancellationToken cancel)
    {
        Asked.Enqueue(pathAndQuery);
        if (IsStuck)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        if (Fault is { } fault)
            throw new HttpRequestException(fault);
        if (Hangs)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        if (Answer is { } said)
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(said) };
        string[] parts = pathAndQuery.Split('?', 2);
        HistoryRequest asked = HistoryPath.Read(method.Method, parts[0])!;
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(parts.Length > 1 ? $"?{parts[1]}" : "");
        using var body = new MemoryStream();
        http.Response.Body = body;
        try
        {
            await endpoint.HandleAsync(http, Namespace is null ? asked : asked with { Namespace = "" }, cancel);
        }
        catch (ApiStatusException refused)
        {
            return new HttpResponseMessage((HttpStatusCode)refused.Status.Code);
        }
        string text = Encoding.UTF8.GetString(body.ToArray());
        Answered++;
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Namespace is { } other ? text.Replace("\"namespace\":\"default\"", $"\"namespace\":\"{other}\"", StringComparison.Ordinal) : text)),
        };
    }
}
