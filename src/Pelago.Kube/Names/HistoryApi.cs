// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Names of the API by which finished work is read.</summary>
public static class HistoryApi
{
    public const string Group = "history.pelago.dev";
    public const string Version = "v1alpha1";
    public const string ApiVersion = $"{Group}/{Version}";

    /// <summary>Finished runs of containers, of a namespace.</summary>
    public const string Runs = "runs";

    /// <summary>What there is of each day, of the whole cluster.</summary>
    public const string Days = "days";

    /// <summary>Of a run: its log, the Events of its pod, and whether it is kept for good.</summary>
    public const string Log = "log";
    public const string Events = "events";
    public const string Pin = "pin";

    /// <summary>Of a day: its runs as a Parquet file.</summary>
    public const string Parquet = "parquet";

    /// <summary>Beside the log of a run: why it is missing, or not whole.</summary>
    public const string LogLossHeader = "Pelago-Log-Loss";

    public static GroupVersionResource RunsResource { get; } = new(Group, Version, Runs);

    public static GroupVersionResource DaysResource { get; } = new(Group, Version, Days);
}
