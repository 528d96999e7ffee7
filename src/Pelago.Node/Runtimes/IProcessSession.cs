// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Runtimes;

/// <summary>The streams of one exec or attach. Disposing an exec kills what still runs of it; disposing an attach only lets go.</summary>
public interface IProcessSession : IAsyncDisposable
{
    /// <summary>Null when stdin was not asked for. Disposing it is the end of input.</summary>
    Stream? Stdin { get; }

    Stream? Stdout { get; }

    /// <summary>Null when not asked for, and with a terminal, which has one output.</summary>
    Stream? Stderr { get; }

    void Resize(int columns, int rows);

    /// <summary>The exit code, as a shell says it.</summary>
    Task<int> WaitAsync(CancellationToken cancel);
}
