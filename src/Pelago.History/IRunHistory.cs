// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;

namespace Pelago.History;

/// <summary>What has ended, for whoever reads it: of one directory (<see cref="HistoryStore"/>), or of several places as one (<see cref="Merging.MergedHistory"/>).</summary>
public interface IRunHistory
{
    /// <summary>Runs, newest first. An <see cref="ArgumentException"/>: its <see cref="RunQuery.Continue"/> is of no query.</summary>
    Task<RunPage> QueryAsync(RunQuery query, CancellationToken cancel);

    /// <summary>The run of a name; null when history has none.</summary>
    Task<RunRecord?> FindAsync(string name, CancellationToken cancel);

    /// <summary>The document that was recorded as the run's spec; null: none was.</summary>
    Task<byte[]?> SpecAsync(RunRecord run, CancellationToken cancel);

    /// <summary>Events of the run's pod, oldest first.</summary>
    Task<IReadOnlyList<PodEvent>> EventsAsync(RunRecord run, CancellationToken cancel);

    /// <summary>Writes the run's log as text.</summary>
    Task WriteLogAsync(RunRecord run, LogSelection selection, Stream output, CancellationToken cancel);

    /// <summary>A pinned run stays whatever is dropped. False when history has no such run.</summary>
    Task<bool> PinAsync(RunRecord run, bool pinned, CancellationToken cancel);

    /// <summary>What there is of each day, newest first.</summary>
    Task<DayPage> DaysAsync(CancellationToken cancel);
}
