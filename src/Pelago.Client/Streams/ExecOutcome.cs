// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>How a command in a container ended: its exit code, or why it could not be run or followed.</summary>
public readonly record struct ExecOutcome(int ExitCode, ApiStatus? Error)
{
    /// <summary>Reads the Status that the server writes on the error channel: success, or a NonZeroExitCode with the code as a cause.</summary>
    public static ExecOutcome FromStatus(JsonNode? status)
    {
        if (ApiStatus.FromJson(status) is not { } failure)
            return new ExecOutcome(0, null);
        if (failure.Reason != "NonZeroExitCode")
            return new ExecOutcome(-1, failure);
        string? code = failure.Causes.FirstOrDefault(cause => cause.Reason == "ExitCode")?.Message;
        return int.TryParse(code, out int exit) ? new ExecOutcome(exit, null) : new ExecOutcome(-1, failure);
    }
}
