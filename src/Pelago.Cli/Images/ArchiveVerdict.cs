// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;

namespace Pelago.Cli.Images;

/// <summary>
/// What is wrong with an archive is most likely wrong with it on every node: it is sent to no further one, and said once. A node of another version may
/// think otherwise, so those that were not asked are named. For many threads.
/// </summary>
internal sealed class ArchiveVerdict
{
    private const int MostNamed = 20;
    private readonly ConcurrentBag<CliException> _refusals = [];
    private readonly ConcurrentBag<ImageNode> _skipped = [];

    /// <summary>Whether the archive is not to be sent to the node, which is noted then.</summary>
    public bool Skips(ImageNode node)
    {
        if (_refusals.IsEmpty)
            return false;
        _skipped.Add(node);
        return true;
    }

    /// <summary>The fault of a node that did not take the archive.</summary>
    public CliException Judge(ApiStatus error, CliException fault)
    {
        if (error.Code is 400 or 422)
            _refusals.Add(fault);
        return fault;
    }

    public IEnumerable<CliException> WithoutRepetition(IEnumerable<CliException> faults)
    {
        bool said = false;
        foreach (CliException fault in faults)
        {
            bool isRefusal = _refusals.Contains(fault);
            if (!isRefusal || !said)
                yield return fault;
            said |= isRefusal;
        }
    }

    /// <summary>The nodes that the archive was not sent to, for people; empty when there are none.</summary>
    public string Skipped(bool severalClusters)
    {
        string[] names = [.. _skipped.Select(node => severalClusters ? $"{node.Cluster}/{node.Name}" : node.Name).Order(StringComparer.Ordinal)];
        return string.Join(", ", names.Take(MostNamed)) + (names.Length > MostNamed ? $" and {names.Length - MostNamed} nodes more" : "");
    }
}
