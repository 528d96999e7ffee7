// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Output;

namespace Pelago.Cli.Images;

/// <summary>What work on several nodes at a time is at, in one line: of one node by its name, of more by their number. For many threads.</summary>
/// <param name="length">Of what each node is sent, in bytes; null where it is not known, or nothing is sent.</param>
internal sealed class NodeProgress(Progress progress, IReadOnlyList<ImageNode> nodes, long? length = null)
{
    private readonly Lock _gate = new();
    private long _sent;
    private int _done;

    public void Show(string doing)
    {
        lock (_gate)
            progress.Show(nodes is [var only] ? $"node {only.Name} {doing}" : $"{_done} of {nodes.Count} nodes are done; the next {doing}");
    }

    /// <summary>Some bytes went to one of them; 0: it has all.</summary>
    public void Sent(int bytes)
    {
        lock (_gate)
        {
            _sent += bytes;
            string all = length is { } each ? $" of {ByteCount.Of(each * nodes.Count)}" : "";
            progress.Show(nodes is [var only]
                ? bytes > 0 ? $"node {only.Name} gets {ByteCount.Of(_sent)}{all}" : $"node {only.Name} checks and unpacks {ByteCount.Of(_sent)}"
                : $"{_done} of {nodes.Count} nodes are done; {ByteCount.Of(_sent)}{all} are sent");
        }
    }

    public void Done()
    {
        lock (_gate)
            _done++;
    }
}
