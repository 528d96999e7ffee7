// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Packages.Api;

namespace Pelago.Packages.Controllers;

/// <summary>What became of the revisions of an installation, as far as its status keeps them.</summary>
internal static class RevisionHistory
{
    private const int Longest = 10;

    /// <summary>The history with what the last revision has come to.</summary>
    /// <param name="phase">What the installation is in as a whole.</param>
    /// <param name="isLast">Another revision takes its place: however far it was is what it came to.</param>
    public static IReadOnlyList<InstallationRevision> Settled(Installation installation, string phase, bool isLast)
    {
        if (installation.History.Count == 0)
            return installation.History;
        InstallationRevision last = installation.History[^1];
        ClusterState[] states = [.. installation.Clusters.Values];
        string came = last.Phase;
        if (states.Any(state => state.IsGivenUp && state.Revision == last.Number && state.HealthyRevision != last.Number))
            came = phase == InstallationPhase.Failed ? phase : InstallationPhase.RolledBack;
        else if (came == InstallationPhase.Healthy || states.Any(state => state.HealthyRevision == last.Number))
            came = InstallationPhase.Healthy; // that one of several clusters is away, or ails since, does not make it a worse one
        else if (isLast || phase == InstallationPhase.Failed)
            came = phase;
        return came == last.Phase ? installation.History : [.. installation.History.SkipLast(1), last with { Phase = came }];
    }

    /// <summary>The same with another revision: the newest of them, and those that are in force, for their options are what the next change starts from.</summary>
    public static IReadOnlyList<InstallationRevision> With(Installation installation, string phase, InstallationRevision next)
    {
        List<InstallationRevision> history = [.. Settled(installation, phase, isLast: true), next];
        while (history.Count > Longest && history.FindIndex(0, history.Count - 1, IsPast) is >= 0 and var oldest)
            history.RemoveAt(oldest);
        return history;

        bool IsPast(InstallationRevision revision) => installation.Clusters.Values.All(state => state.HealthyRevision != revision.Number);
    }

    public static JsonArray ToJson(IReadOnlyList<InstallationRevision> history) => new([.. history.Select(item => (JsonNode)item.ToJson())]);
}
