// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Probing;

internal enum ProbeResult
{
    Success,
    Failure,

    /// <summary>The probe itself could not be run: it says nothing about the container.</summary>
    Error,
}

/// <summary>How one probe ended, in the words that the Unhealthy event uses.</summary>
internal readonly record struct ProbeOutcome(ProbeResult Result, string Output)
{
    public static ProbeOutcome Success(string output = "") => new(ProbeResult.Success, output);

    public static ProbeOutcome Failure(string output) => new(ProbeResult.Failure, output);

    public static ProbeOutcome Error(string output) => new(ProbeResult.Error, output);
}
