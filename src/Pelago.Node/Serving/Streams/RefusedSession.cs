// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Streams;

/// <summary>
/// An exec or attach that could not be begun: clients do not see the body of a refused upgrade, so they hear why where they would hear an exit code.
/// </summary>
internal sealed class RefusedSession(RuntimeException refused) : IProcessSession
{
    public Stream? Stdin => null;
    public Stream? Stdout => null;
    public Stream? Stderr => null;

    /// <summary>The session that a start makes, or one of these.</summary>
    public static async Task<IProcessSession> OrAsync(Func<CancellationToken, Task<IProcessSession>> start, CancellationToken cancel)
    {
        try
        {
            return await start(cancel);
        }
        catch (RuntimeException refused)
        {
            return new RefusedSession(refused);
        }
    }

    public void Resize(int columns, int rows)
    {
        // There is nothing that has a size.
    }

    public Task<int> WaitAsync(CancellationToken cancel) => Task.FromException<int>(refused);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
