// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.History.Merging;

/// <summary>Documents of a part, bounded in length and in time. What it refuses, or says that cannot be read, is an <see cref="HttpRequestException"/> as if it were away.</summary>
internal sealed class PartAnswers(TimeSpan patience, TimeProvider time)
{
    private const int MostBytes = 16 << 20;

    public async Task<JsonObject> GetAsync(IHistoryPart part, string pathAndQuery, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            using HttpResponseMessage response = await part.SendAsync(HttpMethod.Get, pathAndQuery, either.Token);
            if (!response.IsSuccessStatusCode)
                throw Refused(response);
            return KubeJson.ParseObject(await ReadAsync(response, either.Token));
        }
        catch (OperationCanceledException slow) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw Late(slow);
        }
        catch (Exception bad) when (bad is IOException or JsonException or InvalidOperationException)
        {
            throw new HttpRequestException($"its answer cannot be read: {bad.Message}", bad);
        }
    }

    /// <summary>The answer when its headers are there; its body may take as long as it takes.</summary>
    public async Task<HttpResponseMessage> SendAsync(IHistoryPart part, HttpMethod method, string pathAndQuery, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            return await part.SendAsync(method, pathAndQuery, either.Token);
        }
        catch (OperationCanceledException slow) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw Late(slow);
        }
    }

    public static HttpRequestException Refused(HttpResponseMessage response) => new(
        response.StatusCode == HttpStatusCode.NotFound ? "it keeps no history: it is of an older version" : $"it refuses: {(int)response.StatusCode} {response.ReasonPhrase}", null, response.StatusCode);

    private HttpRequestException Late(Exception slow) => new($"it gave no answer within {patience.TotalSeconds:0} s", slow);

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        using var text = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancel)) > 0)
        {
            if (text.Length + read > MostBytes)
                throw new IOException($"it is longer than {MostBytes} bytes");
            text.Write(buffer, 0, read);
        }
        return text.GetBuffer().AsMemory(0, (int)text.Length);
    }
}
