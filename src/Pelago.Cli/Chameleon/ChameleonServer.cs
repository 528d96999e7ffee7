// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Text;

namespace Pelago.Cli.Chameleon;

/// <summary>
/// What others see of a chameleon over HTTP: <c>/metrics</c>, <c>/healthz</c>, <c>/instances</c>, and every other path answered as the persona would, with its
/// latency and its errors.
/// </summary>
internal sealed class ChameleonServer(IReadOnlyList<Instance> instances, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);
    private readonly HttpListener _listener = new();
    private readonly Lock _gate = new();
    private uint _next;

    public void Start(int port)
    {
        _listener.Prefixes.Add($"http://*:{port}/");
        _listener.Start();
    }

    public async Task ServeAsync(CancellationToken cancel)
    {
        await using CancellationTokenRegistration stop = cancel.Register(_listener.Stop);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync(), cancel);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException && cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken cancel)
    {
        try
        {
            (int code, string type, string text) = context.Request.Url?.AbsolutePath switch
            {
                "/metrics" => (200, "text/plain; version=0.0.4", GoldenSignals.Page(instances)),
                "/healthz" => (200, "text/plain", "ok\n"),
                "/instances" => (200, "text/plain", string.Concat(instances.Select(instance => $"{instance.Name}\t{instance.Signals.Requests}\n"))),
                _ => await ActAsync(cancel),
            };
            byte[] body = Encoding.UTF8.GetBytes(text);
            context.Response.StatusCode = code;
            context.Response.ContentType = type;
            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(body, cancel);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            context.Response.Abort();
        }
    }

    private async Task<(int Code, string Type, string Text)> ActAsync(CancellationToken cancel)
    {
        Instance instance;
        Request request;
        lock (_gate)
        {
            instance = instances[(int)(_next++ % (uint)instances.Count)];
            request = instance.Answer();
        }

        var took = TimeSpan.FromSeconds(request.Seconds);
        await Task.Delay(took < LongestAnswer ? took : LongestAnswer, time, cancel);
        instance.Signals.Count(request.Code, request.Seconds);
        return (request.Code, "text/plain", $"{instance.Name} answers as {instance.Persona.Name}: {request.Code}\n");
    }
}
