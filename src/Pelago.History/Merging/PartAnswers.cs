// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
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

    // Whoever has just kept somebody waiting for nothing is not waited for at once again.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, long> _silent = new(StringComparer.Ordinal);

    /// <param name="part">Who is asked.</param>
    /// <param name="pathAndQuery">For what.</param>
    /// <param name="enough">When nobody waits for it any more: then it has given none.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<JsonObject> GetAsync(IHistoryPart part, string pathAndQuery, CancellationToken enough, CancellationToken cancel)
    {
        if (enough.IsCancellationRequested)
            throw new HttpRequestException("there was no time left to ask it");
        if (_silent.TryGetValue(part.Name, out long since) && time.GetElapsedTime(since) < Pause)
            throw new HttpRequestException($"it gave no answer within {patience.TotalSeconds:0} s a moment ago");
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, enough, cancel);
        try
        {
            using HttpResponseMessage response = await part.SendAsync(HttpMethod.Get, pathAndQuery, either.Token);
            if (!response.IsSuccessStatusCode)
                throw Refused(response);
            JsonObject document = KubeJson.ParseObject(await ReadAsync(response, either.Token));
            _silent.TryRemove(part.Name, out _);
            return document;
        }
        catch (OperationCanceledException slow) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            _silent[part.Name] = time.GetTimestamp();
            throw Late(slow);
        }
        catch (OperationCanceledException slow) when (enough.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new HttpRequestException("it gave no answer in time", slow);
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
