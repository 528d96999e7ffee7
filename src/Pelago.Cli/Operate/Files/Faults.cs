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

    /// <summary>
    /// Says in which directories of a list names are left out. That is a failure of ls, find and du as it is of cp: their namesakes end with 0, but print such
    /// names in some form; who reads a list without them would take it for all that there is.
    /// </summary>
    public void AddUnnamed(string task, ITaskFiles listed)
    {
        foreach (UnnamedFiles some in listed.Unnamed)
            Add($"{task}:{(some.Path.Length == 0 ? "." : some.Path)}", new IOException(some.Count == 1 ? "1 name is not UTF-8 and is left out" : $"{some.Count} names are not UTF-8 and are left out"));
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
