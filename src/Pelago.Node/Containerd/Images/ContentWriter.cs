// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Containerd.Protos.Contents;

namespace Pelago.Node.Containerd.Images;

/// <summary>Writes blobs into containerd's content, which checks their digests once more.</summary>
internal sealed class ContentWriter(ContainerdClient client, ImportLease lease)
{
    private const int Piece = 1 << 20;

    public async Task WriteAsync(ArchiveBlob blob, Dictionary<string, string> labels, CancellationToken cancel)
    {
        using var content = new MemoryStream(blob.Content, writable: false);
        await WriteAsync(content, blob.Digest, blob.Content.Length, labels, cancel);
    }

    /// <param name="labels">What content that is there already gets as well.</param>
    public async Task WriteAsync(Stream content, string digest, long size, Dictionary<string, string> labels, CancellationToken cancel)
    {
        string name = $"{lease.Id} {digest}";
        try
        {
            await SendAsync(content, name, digest, size, labels, cancel);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.AlreadyExists)
        {
            var update = new UpdateRequest { Info = new Info { Digest = digest }, UpdateMask = new FieldMask() };
            update.Info.Labels.Add(labels);
            update.UpdateMask.Paths.AddRange(labels.Keys.Select(key => $"labels.{key}"));
            await client.Content.UpdateAsync(update, lease.Headers, cancellationToken: cancel);
        }
        catch
        {
            await AbortAsync(name);
            throw;
        }
    }

    /// <summary>Each message is answered before the next one is sent.</summary>
    private async Task SendAsync(Stream content, string name, string digest, long size, Dictionary<string, string> labels, CancellationToken cancel)
    {
        using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call = client.Content.Write(lease.Headers, cancellationToken: cancel);
        byte[] buffer = new byte[Piece];
        long offset = 0;
        int read = 1;
        while (read > 0)
        {
            read = await content.ReadAtLeastAsync(buffer, (int)Math.Clamp(size - offset, 1, Piece), throwOnEndOfStream: false, cancel);
            var request = new WriteContentRequest
            {
                Action = read == 0 ? WriteAction.Commit : WriteAction.Write, Ref = name, Total = size, Expected = digest, Offset = offset, Data = ByteString.CopyFrom(buffer, 0, read),
            };
            if (read == 0)
                request.Labels.Add(labels);
            await TryWriteAsync(call, request, cancel);
            if (!await call.ResponseStream.MoveNext(cancel))
                throw new RpcException(new Status(StatusCode.Aborted, $"containerd ended the writing of {digest}"));
            offset += read;
        }
        await call.RequestStream.CompleteAsync();
    }

    /// <summary>A server that has refused the call already takes no more messages: its reason comes as the answer.</summary>
    private static async Task TryWriteAsync(AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, WriteContentRequest request, CancellationToken cancel)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancel);
        }
        catch (Exception refused) when (refused is RpcException or InvalidOperationException)
        {
            // Read next.
        }
    }

    private async Task AbortAsync(string name)
    {
        try
        {
            await client.Content.AbortAsync(new AbortRequest { Ref = name }, lease.Headers, cancellationToken: CancellationToken.None);
        }
        catch (RpcException)
        {
            // Never begun, or gone already; what is left goes with the lease.
        }
    }
}
