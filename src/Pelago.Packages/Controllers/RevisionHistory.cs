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
        if (installation.History is not [.. var before, var last])
            return installation.History;
        ICollection<ClusterState> states = [.. installation.Clusters.Values];
        string came = last.Phase;
        if (states.Any(state => state.IsGivenUp && state.Revision == last.Number && state.HealthyRevision != last.Number))
            came = phase == InstallationPhase.Failed ? phase : InstallationPhase.RolledBack;
        else if (came == InstallationPhase.Healthy || states.Any(state => state.HealthyRevision == last.Number))
            came = InstallationPhase.Healthy; // that one of several clusters is away, or ails since, does not make it a worse one
        else if (isLast || phase == InstallationPhase.Failed)
            came = phase;
        return came == last.Phase ? installation.History : [.. before, last with { Phase = came }];
    }

    /// <summary>The newest of them.</summary>
    public static JsonArray ToJson(IReadOnlyList<InstallationRevision> history) => new([.. history.TakeLast(Longest).Select(item => (JsonNode)item.ToJson())]);
}
