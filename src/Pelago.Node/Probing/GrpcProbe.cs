// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using k8s.Models;

namespace Pelago.Node.Probing;

/// <summary>
/// grpc: one call of <c>grpc.health.v1.Health/Check</c> over HTTP/2 without TLS (kubernetes pkg/probe/grpc). Request: field 1, the service's name.
/// Answer: field 1, 1 for SERVING. Each message has a prefix of one flag byte and four bytes of length.
/// </summary>
internal static class GrpcProbe
{
    private const int Prefix = 5;
    private const int MaxAnswer = 1024;

    public static async Task<ProbeOutcome> RunAsync(V1GRPCAction action, ProbeTarget target, CancellationToken cancel)
    {
        string host = target.Address;
        try
        {
            return await CheckAsync(action, target, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"timeout: health rpc did not complete within the timeout of the probe: {host}:{action.Port}");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or SocketException)
        {
            return ProbeOutcome.Failure($"error: health rpc probe failed: {ConnectionFault.Describe(fault, host, action.Port)}");
        }
    }

    private static async Task<ProbeOutcome> CheckAsync(V1GRPCAction action, ProbeTarget target, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false, ConnectCallback = (context, stop) => target.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, stop),
        };
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{target.Address}:{action.Port}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(Message(action.Service ?? "")),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.33");
        using HttpResponseMessage response = await client.SendAsync(request, cancel);
        byte[] body = new byte[MaxAnswer];
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancel);
        int count = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancel);
        string? status = Header(response.TrailingHeaders, "grpc-status") ?? Header(response.Headers, "grpc-status");
        if (status != "0")
        {
            const string Unimplemented = "12";
            return ProbeOutcome.Failure(status == Unimplemented
                ? "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)"
                : $"error: health rpc probe failed with status {status ?? "unknown"}");
        }
        return IsServing(body.AsSpan(0, count)) ? ProbeOutcome.Success("service healthy") : ProbeOutcome.Failure("service unhealthy (responded with \"NOT_SERVING\")");
    }

    private static string? Header(HttpHeaders headers, string name) => headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    private static byte[] Message(string service)
    {
        byte[] name = Encoding.UTF8.GetBytes(service);
        if (name.Length == 0)
            return new byte[Prefix];
        // A name is at most 253 bytes long, of which a length of more than 127 takes two bytes.
        byte[] length = name.Length < 128 ? [(byte)name.Length] : [(byte)(name.Length | 0x80), (byte)(name.Length >> 7)];
        byte[] field = [0x0a, .. length, .. name];
        return [0, 0, 0, (byte)(field.Length >> 8), (byte)field.Length, .. field];
    }

    private static bool IsServing(ReadOnlySpan<byte> body) => body.Length >= Prefix + 2 && body[Prefix] == 0x08 && body[Prefix + 1] == 1;
}
