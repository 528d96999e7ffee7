// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Controllers;

namespace Pelago.Packages.Api;

/// <summary>
/// The journal of an installation on one cluster, in its status. A step is written here before it is done, so whoever comes after a controller that
/// died goes on where it stood; every step may be done again.
/// </summary>
public sealed record ClusterState
{
    public string Phase { get; init; } = InstallationPhase.Pending;

    /// <summary>The revision that is worked towards, or was reached or given up; 0 before the first.</summary>
    public long Revision { get; init; }

    /// <summary>What is being done; empty when there is nothing to do.</summary>
    public string Step { get; init; } = "";

    /// <summary><c>install</c>, <c>upgrade</c>, <c>revert</c> (back after a failure), <c>refused</c> or <c>remove</c>.</summary>
    public string Operation { get; init; } = "";

    /// <summary>The digest of the release that is applied now.</summary>
    public string Release { get; init; } = "";

    /// <summary>The last revision that was healthy here; 0 before the first.</summary>
    public long HealthyRevision { get; init; }

    public string HealthyRelease { get; init; } = "";

    /// <summary>Releases of which objects may be there.</summary>
    public IReadOnlyList<string> Touched { get; init; } = [];

    /// <summary>When the step began that has a deadline.</summary>
    public string Since { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>Why the revision was given up.</summary>
    public string Failure { get; init; } = "";

    /// <summary>What an uninstall left in place, as <c>KIND NAMESPACE/NAME</c>.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];

    /// <summary>Whether the revision was given up here, or was never begun because it cannot be.</summary>
    public bool IsGivenUp => Operation is Steps.Revert or Steps.Refused;

    /// <summary>The revision that is here, healthy or not yet; 0 where none is.</summary>
    public long InForce => IsGivenUp ? HealthyRevision : Revision;

    public static ClusterState Read(JsonObject json) => new()
    {
        Phase = json.String("phase") ?? InstallationPhase.Pending, Revision = json.Integer("revision") ?? 0, Step = json.String("step") ?? "", Operation = json.String("operation") ?? "",
        Release = json.String("release") ?? "", HealthyRevision = json.Integer("healthyRevision") ?? 0, HealthyRelease = json.String("healthyRelease") ?? "",
        Touched = Strings(json, "touched"), Since = json.String("since") ?? "", Message = json.String("message") ?? "", Failure = json.String("failure") ?? "", Left = Strings(json, "left"),
    };

    public JsonObject ToJson() => new()
    {
        ["phase"] = Phase, ["revision"] = Revision, ["step"] = Step, ["operation"] = Operation, ["release"] = Release, ["healthyRevision"] = HealthyRevision,
        ["healthyRelease"] = HealthyRelease, ["touched"] = Array(Touched), ["since"] = Since, ["message"] = Message, ["failure"] = Failure, ["left"] = Array(Left),
    };

    private static IReadOnlyList<string> Strings(JsonObject json, string field) => [.. (json.Array(field) ?? []).Select(item => item?.ToString() ?? "")];

    private static JsonArray Array(IReadOnlyList<string> items) => new([.. items.Select(item => (JsonNode)item)]);
}
