// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Files;

/// <summary>What failed for some tasks while others were printed: a line on stderr for each, and what the exit code says in the end. For many threads.</summary>
internal sealed class Faults
{
    private readonly Lock _gate = new();
    private bool _isAny;
    private bool _isUnreachable;

    public static bool Takes(Exception fault) => fault is IOException or ApiStatusException or ClusterUnreachableException or CliException or UnauthorizedAccessException;

    public void Add(string what, Exception fault)
    {
        lock (_gate)
        {
            _isAny = true;
            _isUnreachable |= fault is ClusterUnreachableException;
            Console.Error.WriteLine($"pelago: {what}: {fault.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Says of a log that was printed when not all of it was there: what is known to be cut never looks like the whole.</summary>
    public void AddLoss(string what, ITaskFiles read)
    {
        if (read.LogLoss.Length > 0)
            Add(what, new TextGoneException($"the pod is gone, and the log that history has of it is not whole: {read.LogLoss}"));
    }

    /// <summary>The exit code of a command that found <paramref name="found"/>.</summary>
    public int Code(FoundTasks found)
    {
        lock (_gate)
        {
            if (_isUnreachable || found.ExitCode == ExitCode.Unreachable)
                return ExitCode.Unreachable;
            return found.ExitCode != ExitCode.Done ? found.ExitCode : _isAny ? ExitCode.Failed : ExitCode.Done;
        }
    }
}
