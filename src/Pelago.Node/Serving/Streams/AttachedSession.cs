// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Streams;

/// <summary>
/// An attachment ends well however the container does, as a kubelet's (pkg/kubelet/server ServeAttach): kubectl asks the pod for the exit code, and takes
/// a failed attachment for one that has to be replaced by the log.
/// </summary>
internal sealed class AttachedSession(IProcessSession session) : IProcessSession
{
    public Stream? Stdin => session.Stdin;
    public Stream? Stdout => session.Stdout;
    public Stream? Stderr => session.Stderr;

    public void Resize(int columns, int rows) => session.Resize(columns, rows);

    public async Task<int> WaitAsync(CancellationToken cancel)
    {
        await session.WaitAsync(cancel);
        return 0;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
