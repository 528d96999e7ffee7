// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>One question to a name server (RFC 1035): whether it knows an address of a name.</summary>
internal static class NameQuery
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async Task<bool> IsAnsweredAsync(IPEndPoint server, string name, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        using var client = new UdpClient(AddressFamily.InterNetwork);
        try
        {
            client.Connect(server);
            await client.SendAsync(Question(name), limit.Token);
            byte[] answer = (await client.ReceiveAsync(limit.Token)).Buffer;
            // A response (QR), without error (RCODE), with answers (ANCOUNT).
            return answer.Length > 12 && (answer[2] & 0x80) != 0 && (answer[3] & 0x0f) == 0 && (answer[6] << 8 | answer[7]) > 0;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    private static byte[] Question(string name)
    {
        // Header: id, recursion desired, one question.
        List<byte> message = [0x50, 0x4c, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (string label in name.Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }

        message.AddRange([0, 0, 1, 0, 1]); // The root label, type A, class IN.
        return [.. message];
    }
}
