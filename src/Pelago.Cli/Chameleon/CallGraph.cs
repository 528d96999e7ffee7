// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;

namespace Pelago.Cli.Chameleon;

/// <summary>Real calls to other chameleons, a few in a second, so that there is traffic to route and to measure.</summary>
internal sealed class CallGraph(IReadOnlyList<Uri> callees, double callsPerSecond, TimeProvider time) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(15) };

    public async Task RunAsync(CancellationToken cancel)
    {
        if (callees.Count == 0)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / callsPerSecond), time);
        int next = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
                _ = CallAsync(callees[next++ % callees.Count], cancel);
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task CallAsync(Uri callee, CancellationToken cancel)
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(callee, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            // As a program would: the next one may be answered.
        }
    }
}
