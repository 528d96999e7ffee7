// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Local;

/// <summary>What <c>pelago doctor</c> found on this machine; <c>pelagod doctor</c> makes most of it.</summary>
public sealed record DoctorReport
{
    /// <summary>True when nothing that Pelago needs is broken; warnings may remain.</summary>
    public required bool Ok { get; init; }
    public required IReadOnlyList<DoctorCheck> Checks { get; init; }

    public static DoctorReport Of(IReadOnlyList<DoctorCheck> checks) =>
        new() { Ok = checks.All(check => check.Result != DoctorCheck.Broken), Checks = checks };
}

/// <summary>
/// One look at the machine: what was found, and the exact fix when it is not all it could be. <paramref name="Result"/> is <c>ok</c>,
/// <c>warning</c> (it works, with less) or <c>broken</c> (clusters cannot run like this). <paramref name="Packages"/> are those of Debian that
/// <c>pelago doctor --fix</c> would install, also where a check is fine without them.
/// </summary>
public sealed record DoctorCheck(string Name, string Result, string Says, string? Fix, IReadOnlyList<string>? Packages = null)
{
    public const string Good = "ok";
    public const string Warning = "warning";
    public const string Broken = "broken";

    public static DoctorCheck Ok(string name, string says) => new(name, Good, says, null);

    public static DoctorCheck Warn(string name, string says, string fix) => new(name, Warning, says, fix);

    public static DoctorCheck Fail(string name, string says, string fix) => new(name, Broken, says, fix);
}
