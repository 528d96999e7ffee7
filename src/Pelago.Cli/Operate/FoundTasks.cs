// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>What was found in all clusters that were asked, and which ones did not say.</summary>
internal sealed class FoundTasks(TaskQuery query, TaskChoice choice, long total, IReadOnlyList<FoundTask> tasks, IReadOnlyList<Exception> faults, bool severalClusters) : IDisposable
{
    private const int MostCandidates = 20;
    private IReadOnlyList<HttpKubeApi> _owned = [];

    /// <summary>In the order of the query.</summary>
    public IReadOnlyList<FoundTask> Tasks => tasks;

    /// <summary>How many there were before the limit of the query.</summary>
    public long Total => total;

    /// <summary>Several clusters were asked, so a task's name alone does not say which one it is of.</summary>
    public bool SeveralClusters => severalClusters;

    /// <summary>Ended tasks whose pods are gone and which a name fits less well than what is there: they are not meant.</summary>
    public IReadOnlyList<FoundTask> Aside { get; init; } = [];

    /// <summary>Of which state of each cluster that answered this is, where that is known.</summary>
    public IReadOnlyDictionary<HttpKubeApi, string> Revisions { get; init; } = new Dictionary<HttpKubeApi, string>();

    /// <summary>4 when a cluster could not be reached, 1 when one refused or a name fits nothing beside others that do, 3 when nothing was found.</summary>
    public int ExitCode =>
        faults.Any(fault => fault is ClusterUnreachableException) ? Cli.ExitCode.Unreachable
        : faults.Count > 0 ? Cli.ExitCode.Failed
        : tasks.Count == 0 ? (query.IsEverything ? Cli.ExitCode.Done : Cli.ExitCode.NothingMatched)
        : choice.Unmatched.Count > 0 ? Cli.ExitCode.Failed : Cli.ExitCode.Done;

    /// <summary>A cluster did not answer or refused.</summary>
    public bool HasFaults => faults.Count > 0;

    /// <summary>What the first of them said; empty without any.</summary>
    public string Fault => faults.Count > 0 ? faults[0].Message : "";

    /// <summary>What they said.</summary>
    public IEnumerable<string> Faults => faults.Select(fault => fault.Message);

    /// <summary>As the task is named where it stands among others: with its cluster where there are several.</summary>
    public string NameOf(PodTask task) => severalClusters ? task.QualifiedId : task.Id;

    /// <summary>Says on stderr what is to be known beside the tasks: clusters that did not answer, names that fit nothing, what was taken although it has ended.</summary>
    /// <param name="faultsAlone">Without remarks that are no failure.</param>
    public void Explain(bool faultsAlone = false)
    {
        foreach (Exception fault in faults)
            Console.Error.WriteLine($"pelago: {fault.Message}");
        foreach (string pattern in choice.Unmatched)
            Console.Error.WriteLine($"pelago: no task matches {pattern}{Elsewhere}");
        if (faultsAlone)
            return;
        if (tasks.Count == 0 && choice.Unmatched.Count == 0 && faults.Count == 0)
            Console.Error.WriteLine(query.IsEverything ? "there are no tasks" : "pelago: no task matches" + Elsewhere);
        if (choice.LastEnded.Count > 0)
            Console.Error.WriteLine($"nothing runs that was meant; this ended last: {string.Join(", ", choice.LastEnded.Select(NameOf))} (-i takes all that ended)");
    }

    /// <summary>The connections end when this is disposed of.</summary>
    public FoundTasks Owning(IReadOnlyList<HttpKubeApi> clusters)
    {
        _owned = clusters;
        return this;
    }

    public void Dispose()
    {
        foreach (HttpKubeApi cluster in _owned)
            cluster.Dispose();
    }

    /// <summary>The one task that a command is about, for one that cannot be about several; they are listed on stderr, and so is what else is to be known.</summary>
    public FoundTask Single(string what)
    {
        Explain();
        if (tasks.Count == 1 && ExitCode is Cli.ExitCode.Done or Cli.ExitCode.Unreachable)
            return tasks[0];
        if (tasks.Count <= 1)
            throw new CliException($"{what}: no task to do it with", ExitCode == Cli.ExitCode.Done ? Cli.ExitCode.NothingMatched : ExitCode);
        RefuseSeveral(what, tasks, "write more of its name");
        return tasks[0];
    }

    /// <summary>Ends a command that cannot be about several tasks; they are listed on stderr.</summary>
    [DoesNotReturn]
    public void RefuseSeveral(string what, IReadOnlyList<FoundTask> several, string advice)
    {
        foreach (FoundTask candidate in several.Take(MostCandidates))
            Console.Error.WriteLine($"  {NameOf(candidate.Task)}");
        if (several.Count > MostCandidates)
            Console.Error.WriteLine($"  and {several.Count - MostCandidates} more");
        throw new CliException($"{what}: {several.Count} tasks match, and one is needed: {advice}", Cli.ExitCode.Usage);
    }

    private string Elsewhere => faults.Count > 0 ? " in the clusters that answered"
        : query.Selector.Finished == FinishedTasks.Only ? "; -I leaves out those that have not ended" : "";
}
