// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Controllers;

namespace Pelago.Packages.Api;

/// <summary>An Installation as a cluster has it.</summary>
public sealed class Installation(KubeObject document)
{
    public KubeObject Object => document;

    public string Namespace { get; } = document.Namespace;

    public string Name { get; } = document.Name;

    public bool IsDeleting => document.IsDeleting;

    public InstallationSpec Spec { get; } = InstallationSpec.Read(document.Spec ?? []);

    /// <summary>Whether the status is about the spec as it is now.</summary>
    public bool IsObserved => document.Status?.Integer("observedGeneration") == document.Generation;

    /// <summary>Whether its controller has looked for secrets among its options; one before this could not.</summary>
    public bool IsSealed => document.Status?.Boolean("sealed") == true;

    public long Revision => document.Status?.Integer("revision") ?? 0;

    public string Phase => document.Status?.String("phase") ?? InstallationPhase.Pending;

    public string Message => document.Status?.String("message") ?? "";

    public string Ready => document.Status?.String("ready") ?? "";

    /// <summary>The version that is there, which is another one than the spec's where that was given up or is not begun; the spec's where its controller does not say.</summary>
    public string VersionInForce => document.Status?.Object("inForce")?.String("version") ?? Spec.Version;

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<InstallationRevision> History { get; } =
        [.. (document.Status?.Array("history") ?? []).OfType<JsonObject>().Select(InstallationRevision.Read)];

    /// <summary>The last revision before the present one that was healthy; null where there was none.</summary>
    public InstallationRevision? Before => History.LastOrDefault(revision => revision.Number < Revision && revision.WasHealthy);

    public IReadOnlyDictionary<string, ClusterState> Clusters { get; } = (document.Status?.Object("clusters") ?? [])
        .Where(pair => pair.Value is JsonObject).ToDictionary(pair => pair.Key, pair => ClusterState.Read((JsonObject)pair.Value!), StringComparer.Ordinal);

    /// <summary>
    /// The revision in whose place the last one did not come, on none of its clusters: it is what is there, whatever the spec says. Null where the spec is in
    /// force, or on its way, or nothing is there at all.
    /// </summary>
    public InstallationRevision? StillInForce => IsObserved && Wanted().All(state => state is not null && state.IsGivenUp && state.Revision == Revision)
        && Wanted().Max(state => state?.InForce) is > 0 and var number && number < Revision ? History.FirstOrDefault(revision => revision.Number == number) : null;

    /// <summary>How many of its clusters have what they should have: the last revision, or, where that was given up on all, the one in whose place it did not come.</summary>
    public int ReadyOf(IEnumerable<ClusterState> states)
    {
        string well = StillInForce is null ? InstallationPhase.Healthy : InstallationPhase.RolledBack;
        return states.Count(state => state.Phase == well && state.Revision == Revision);
    }

    public ResourcePath Path => new(PackagesApi.Installations, Namespace, Name);

    /// <summary>How it is on each cluster that is asked for; null where nothing was begun. The cluster that has it may call itself by any name.</summary>
    private IEnumerable<ClusterState?> Wanted() => Spec.Clusters.Count == 0
        ? Clusters.Values.Where(state => state.Operation != Steps.Remove)
        : Spec.Clusters.Select(target => Clusters.GetValueOrDefault(target.Name));

    /// <summary>Digests of everything that is still needed of what <see cref="Releases.RecordStore"/> keeps.</summary>
    public IEnumerable<string> Records() =>
    [
        Spec.Digest, Spec.Secrets, .. History.SelectMany(revision => (string[])[revision.Digest, revision.Record, revision.Secrets]),
        .. Clusters.Values.SelectMany(state => (string[])[.. state.Touched, state.Release, state.HealthyRelease]),
    ];
}
