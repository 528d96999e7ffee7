// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Api;

namespace Pelago.Packages.Controllers;

/// <summary>The steps of an operation on a cluster, in their order, and what they look like from outside.</summary>
internal static class Steps
{
    public const string PreHook = "PreHook";
    public const string Apply = "Apply";
    public const string Wait = "Wait";

    /// <summary>Only what is healthy makes what was there before superfluous.</summary>
    public const string Prune = "Prune";
    public const string Delete = "Delete";
    public const string PostHook = "PostHook";
    public const string Clean = "Clean";

    /// <summary>Something that belongs there had gone: all is applied again.</summary>
    public const string Repair = "Repair";

    public const string Install = "install";
    public const string Upgrade = "upgrade";
    public const string Revert = "revert";
    public const string Remove = "remove";

    /// <summary>Not begun, for what was asked for cannot be.</summary>
    public const string Refused = "refused";

    /// <summary>Empty after the last one.</summary>
    public static string After(ClusterState state) => state.Step switch
    {
        PreHook => state.Operation == Remove ? Delete : Apply,
        Apply => Wait,
        Wait => Prune,
        Prune or Delete => PostHook,
        PostHook => Clean,
        _ => "",
    };

    /// <summary>What a step looks like while it goes well.</summary>
    public static string PhaseOf(ClusterState state) => state switch
    {
        { Operation: Remove } => InstallationPhase.Removing,
        { Step: Repair } => InstallationPhase.Degraded,
        { Step: "", Operation: Refused } => InstallationPhase.Failed,
        { Step: "", Operation: Revert } => InstallationPhase.RolledBack,
        { Step: "" } => InstallationPhase.Healthy,
        { Operation: Revert } => InstallationPhase.RollingBack,
        { Step: Wait } => InstallationPhase.Waiting,
        _ => InstallationPhase.Applying,
    };

    /// <summary>As hooks name it: <c>pre-upgrade</c>.</summary>
    public static string Moment(ClusterState state) => $"{(state.Step == PreHook ? "pre" : "post")}-{state.Operation switch { Revert => "rollback", Remove => "delete", _ => state.Operation }}";
}
