// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Pelago.Client.Local;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo serve</c>: a folder of packages as a repository, for those who write packages. On loopback only.</summary>
internal static class RepoServeCommand
{
    public static Command Build()
    {
        var directory = new Argument<string>("dir") { Description = "The folder with the packages" };
        Option<int?> port = CommandOptions.Number("--port", "On this port of 127.0.0.1 (default: a free one)", "P", 0, 65535);
        var command = new Command("serve", "Serve a folder of packages as a repository on this machine").WithExamples("""
            pelago package repo serve ./universe --port 8085
            pelago package repo add mine http://127.0.0.1:8085/repo
            """);
        command.Arguments.Add(directory);
        command.Options.Add(port);
        command.SetAction((parsed, cancel) => ServeAsync(parsed.GetValue(directory)!, parsed.GetValue(port) ?? 0, cancel));
        return command;
    }

    private static async Task<int> ServeAsync(string directory, int port, CancellationToken cancel)
    {
        byte[] document = RepoBuildCommand.Bytes(directory);
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(document))}\"";
        byte[] packed = Packed(document);
        using HttpListener listener = Listen(port, out int given);
        Console.Out.WriteLine($"http://127.0.0.1:{given}/repo");
        await using CancellationTokenRegistration stop = cancel.Register(listener.Stop);
        while (true)
        {
            HttpListenerContext request;
            try
            {
                request = await listener.GetContextAsync();
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException || (fault is InvalidOperationException && cancel.IsCancellationRequested))
            {
                // It ended while it waited, or, as the last of these, between two requests.
                return ExitCode.Done;
            }

            _ = AnswerAsync(request, document, packed, tag, cancel);
        }
    }

    private static HttpListener Listen(int port, out int given)
    {
        // The library cannot choose a free port by itself; between asking for one and taking it another program may.
        for (int attempt = 0; ; attempt++)
        {
            given = port == 0 ? LoopbackPorts.Pick() : port;
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{given}/");
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException fault)
            {
                listener.Close();
                if (port != 0 || attempt == 5)
                    throw new CliException($"port {given} of 127.0.0.1 cannot be listened on: {fault.Message}. Name another one with --port, or none");
            }
        }
    }

    private static async Task AnswerAsync(HttpListenerContext request, byte[] document, byte[] packed, string tag, CancellationToken cancel)
    {
        try
        {
            using HttpListenerResponse answer = request.Response;
            answer.Headers["ETag"] = tag;
            if (request.Request.HttpMethod != "GET" || request.Request.Url?.AbsolutePath is not ("/" or "/repo"))
            {
                answer.StatusCode = 404;
                return;
            }

            if (request.Request.Headers["If-None-Match"] == tag)
            {
                answer.StatusCode = 304;
                return;
            }

            answer.ContentType = "application/vnd.dcos.universe.repo+json;charset=utf-8;version=v5";
            bool packs = request.Request.Headers["Accept-Encoding"]?.Contains("gzip", StringComparison.OrdinalIgnoreCase) == true;
            if (packs)
                answer.Headers["Content-Encoding"] = "gzip";
            byte[] body = packs ? packed : document;
            answer.ContentLength64 = body.Length;
            await answer.OutputStream.WriteAsync(body, cancel);
        }
        catch (Exception fault) when (fault is IOException or HttpListenerException or ObjectDisposedException or OperationCanceledException)
        {
            // The client went away; there is nobody to tell.
        }
    }

    private static byte[] Packed(byte[] document)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(document);
        return packed.ToArray();
    }
}
