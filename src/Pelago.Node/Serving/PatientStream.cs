// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;
using Pelago.Node.Containerd.Streams;

namespace Pelago.Node.Serving;

/// <summary>A request's body of any length whose sender may be slow and not silent: a read that brings nothing for too long ends with 408.</summary>
internal sealed class PatientStream(Stream inner, TimeSpan patience, TimeProvider time) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await inner.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiStatusException(new ApiStatus
            {
                Code = 408, Reason = StatusReason.Timeout, Message = $"nothing of the request's body came for {patience.TotalSeconds:0} s; nothing of it was kept. Send it again",
            });
        }
    }
}
