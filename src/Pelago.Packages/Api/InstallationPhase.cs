// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Api;

/// <summary>How an installation is doing, on one cluster or as a whole. Words rather than an enum: they stand in documents.</summary>
public static class InstallationPhase
{
    /// <summary>Waits for something that has to be there first.</summary>
    public const string Pending = "Pending";
    public const string Applying = "Applying";

    /// <summary>Applied, and not healthy yet.</summary>
    public const string Waiting = "Waiting";
    public const string Healthy = "Healthy";

    /// <summary>It was healthy, and is not now.</summary>
    public const string Degraded = "Degraded";

    /// <summary>The last revision did not become healthy; the one before is being brought back.</summary>
    public const string RollingBack = "RollingBack";

    /// <summary>The last revision was given up; the one before is in place and healthy.</summary>
    public const string RolledBack = "RolledBack";
    public const string Failed = "Failed";
    public const string Unreachable = "Unreachable";
    public const string Removing = "Removing";
    public const string Removed = "Removed";

    /// <summary>Nothing more happens by itself to what is asked for.</summary>
    public static bool IsSettled(string phase) => phase is Healthy or RolledBack or Failed or Removed;
}
