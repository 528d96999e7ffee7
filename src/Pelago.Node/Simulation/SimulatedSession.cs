// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Simulation;

/// <summary>The streams of a command that nobody runs: it takes all input, says one text and ends.</summary>
internal sealed class SimulatedSession(ExecSpec spec, string output, Task<int> exit) : IProcessSession
{
    public Stream? Stdin { get; } = spec.Stdin ? Stream.Null : null;

    public Stream? Stdout { get; } = spec.Stdout ? new MemoryStream(Encoding.UTF8.GetBytes(output), writable: false) : null;

    public Stream? Stderr { get; } = spec.Stderr && !spec.Terminal ? Stream.Null : null;

    public void Resize(int columns, int rows)
    {
    }

    public Task<int> WaitAsync(CancellationToken cancel) => exit.WaitAsync(cancel);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
