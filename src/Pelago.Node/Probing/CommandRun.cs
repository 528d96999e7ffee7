// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Probing;

/// <summary>Runs a command in a container to its end and keeps the beginning of what it says.</summary>
internal static class CommandRun
{
    private const int MaxOutput = 10 * 1024;

    /// <summary>Exit code and output. Cancelling kills the command.</summary>
    /// <param name="begun">Called once it runs.</param>
    public static async Task<(int Code, string Output)> RunAsync(
        IPodRuntime runtime, string containerId, IList<string> command, CancellationToken cancel, Action? begun = null)
    {
        await using IProcessSession session = await runtime.ExecAsync(containerId, new ExecSpec { Command = [.. command] }, cancel);
        begun?.Invoke();
        var output = new MemoryStream();
        await Task.WhenAll(CopyAsync(session.Stdout!, output, cancel), CopyAsync(session.Stderr!, output, cancel));
        int code = await session.WaitAsync(cancel);
        return (code, Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length));
    }

    private static async Task CopyAsync(Stream from, MemoryStream to, CancellationToken cancel)
    {
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await from.ReadAsync(buffer, cancel)) > 0)
        {
            lock (to)
                to.Write(buffer, 0, Math.Min(count, MaxOutput - (int)to.Length));
        }
    }
}
