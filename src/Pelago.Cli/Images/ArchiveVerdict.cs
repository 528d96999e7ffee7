// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;

namespace Pelago.Cli.Images;

/// <summary>What is wrong with an archive is wrong with it on every node: it is sent to no further one, and said once. For many threads.</summary>
internal sealed class ArchiveVerdict
{
    private readonly ConcurrentBag<CliException> _refusals = [];

    public bool IsBad => !_refusals.IsEmpty;

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
}
