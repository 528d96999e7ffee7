// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Daemon.State;

/// <summary>
/// From which of the machine's ports a node may give some to pods: clusters and nodes of one machine have windows of their own, as each gives
/// without asking the others. All lie below the ports that Linux gives to clients, and apart from those that processes on the host's network are
/// assigned (20000-29999).
/// </summary>
internal static class PortWindows
{
    private const int First = 10000;
    private const int Size = 1000;
    private const int Windows = 10;

    /// <summary>
    /// The first cluster has the usual 31000-32000, further ones a thousand ports each from 10000 on; the eleventh shares with the second, and
    /// then only what listens keeps them apart. The nodes of a cluster divide its window.
    /// </summary>
    public static PortRange Of(int slot, int node, int nodes)
    {
        int first = First + ((slot - 1) % Windows * Size);
        PortRange window = slot == 0 ? NodePortReport.DefaultWindow : new PortRange(first, first + Size - 1);
        int share = Math.Max(1, window.Count / Math.Max(1, nodes));
        int begin = window.First + (node * share % window.Count);
        return new PortRange(begin, nodes <= 1 ? window.Last : Math.Min(begin + share - 1, window.Last));
    }
}
