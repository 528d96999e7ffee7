// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Logs;

/// <summary>
/// The logs of a runtime whose files are open, so many at most: thousands of containers must not hold thousands of descriptors for what they might
/// print. Used by the event loop's thread only.
/// </summary>
internal sealed class OpenLogs(int most)
{
    private readonly LinkedList<ContainerLog> _logs = new();

    /// <summary>A log has opened its files. When they are too many, those of the log that did so first are closed.</summary>
    public void Add(ContainerLog log)
    {
        _logs.AddLast(log);
        if (_logs.Count <= most)
            return;
        ContainerLog oldest = _logs.First!.Value;
        _logs.RemoveFirst();
        oldest.Rest();
    }

    public void Remove(ContainerLog log) => _logs.Remove(log);
}
