// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>How a command in a container ended: its exit code, or why it could not be run or followed.</summary>
public readonly record struct ExecOutcome(int ExitCode, ApiStatus? Error)
{
    /// <summary>
    /// Reads the Status that the server writes on the error channel: success, or a NonZeroExitCode with the code as a cause. Kubelets write it without
    /// <c>kind</c> and <c>apiVersion</c> (remotecommand v4, seen of 1.20), so only what says Success is one.
    /// </summary>
    public static ExecOutcome FromStatus(JsonNode? status)
    {
        if (status is not JsonObject json)
            return new ExecOutcome(-1, ApiStatus.Internal("how the process ended was told in words that are not understood"));
        if (json.String("status") == "Success")
            return new ExecOutcome(0, null);
        var failure = ApiStatus.FromFailure(json);
        if (failure.Reason != "NonZeroExitCode")
            return new ExecOutcome(-1, failure);
        string? code = failure.Causes.FirstOrDefault(cause => cause.Reason == "ExitCode")?.Message;
        return int.TryParse(code, out int exit) ? new ExecOutcome(exit, null) : new ExecOutcome(-1, failure);
    }
}
