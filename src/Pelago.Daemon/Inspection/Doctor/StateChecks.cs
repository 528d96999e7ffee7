// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.Store;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>The state files of this home, verified as by <c>pelagod store check</c>.</summary>
internal static class StateChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static IEnumerable<DoctorCheck> All(PelagoHome home, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        foreach (string cluster in home.ClusterNames())
        {
            string settings = home.ClusterSettingsFile(cluster);
            if (File.Exists(settings) && home.ReadSettings(cluster) is null)
                yield return DoctorCheck.Fail($"settings of {cluster}", $"{settings} cannot be read", "restore it from a backup, or remove it to have new addresses chosen");
            string file = home.ClusterStateFile(cluster);
            if (LostState.Find(home, cluster) is { } lost)
                yield return DoctorCheck.Fail($"state of {cluster}", lost.Problem, lost.Remedy);
            else if (File.Exists(file))
                yield return Check(home, $"state of {cluster}", file, patience.Token, cancel);
        }
    }

    private static DoctorCheck Check(PelagoHome home, string name, string file, CancellationToken patience, CancellationToken cancel)
    {
        string program = Environment.ProcessPath ?? "pelagod";
        string restore = LostState.RemedyOfDamage(home, file);
        try
        {
            StateReport report = StateFile.Check(file, patience);
            return report.IsSound
                ? DoctorCheck.Ok(name, $"{report.Objects} objects, revision {report.Revision}, sound")
                : DoctorCheck.Fail(name, $"{report.Findings.Count} finding(s) in {file}, the first: {report.Findings[0]}", $"see all: {program} store check {file}; then {restore}");
        }
        catch (StoreUnavailableException e)
        {
            return DoctorCheck.Fail(name, e.Message, restore);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return DoctorCheck.Warn(name, $"not verified to the end within {Patience.TotalSeconds:F0} s", $"{program} store check {file}");
        }
    }
}
