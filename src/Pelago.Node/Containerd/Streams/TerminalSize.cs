// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Pelago.Node.Containerd.Protos.Tasks;

namespace Pelago.Node.Containerd.Streams;

/// <summary>
/// The size of the terminal of one process, which containerd is told one at a time, so that the last one wins. A telling that is refused, as by a shim
/// that is still making the terminal, is tried again for a moment.
/// </summary>
internal sealed class TerminalSize(ContainerdClient client, string container, string exec = "")
{
    private const int MostTries = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private readonly Lock _gate = new();
    private (int Columns, int Rows)? _wanted;
    private bool _telling;

    public void Set(int columns, int rows)
    {
        lock (_gate)
        {
            _wanted = (columns, rows);
            if (_telling)
                return;
            _telling = true;
        }
        _ = TellAsync();
    }

    private async Task TellAsync()
    {
        while (Next() is { } size)
        {
            TimeSpan pause = FirstPause;
            for (int tries = 1; !await TellAsync(size.Columns, size.Rows) && tries < MostTries; tries++, pause *= 2)
                await Task.Delay(pause); // the shim does not say when it has a terminal
        }
    }

    private (int Columns, int Rows)? Next()
    {
        lock (_gate)
        {
            (int Columns, int Rows)? next = _wanted;
            _wanted = null;
            _telling = next is not null;
            return next;
        }
    }

    private async Task<bool> TellAsync(int columns, int rows)
    {
        var request = new ResizePtyRequest { ContainerId = container, ExecId = exec, Width = (uint)columns, Height = (uint)rows };
        try
        {
            await client.Tasks.ResizePtyAsync(request, ContainerdClient.InCriNamespace);
            return true;
        }
        catch (RpcException fault)
        {
            // A process that is gone needs no size.
            return fault.StatusCode == StatusCode.NotFound;
        }
    }
}
