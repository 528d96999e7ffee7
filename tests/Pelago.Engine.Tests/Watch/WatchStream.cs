// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Watch;

/// <summary>Reads a watch line by line.</summary>
internal sealed class WatchStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private WatchStream(HttpResponseMessage response, StreamReader lines)
    {
        _response = response;
        _lines = lines;
    }

    public int Code => (int)_response.StatusCode;

    public static async Task<WatchStream> OpenAsync(HttpClient http, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new WatchStream(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next event, e.g. <c>ADDED a</c>; null at the end of the stream.</summary>
    public async Task<WatchLine?> NextAsync()
    {
        string? line = await _lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        if (line is null)
            return null;
        JsonObject json = KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(line));
        return new WatchLine(json.String("type")!, new KubeObject(json.Object("object")!));
    }

    public async Task<string[]> NextAsync(int count)
    {
        var seen = new List<string>();
        for (int i = 0; i < count; i++)
            seen.Add((await NextAsync())?.ToString() ?? "END");
        return [.. seen];
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return default;
    }

    public sealed record WatchLine(string Type, KubeObject Object)
    {
        public override string ToString() => $"{Type} {Object.Name}".TrimEnd();
    }
}
