// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;

namespace Pelago.Node.Kubelets;

/// <summary>Who keeps what has ended on a kubelet's node, and how that is read.</summary>
public sealed record KubeletRunsOptions
{
    public required IRunRecorder Recorder { get; init; }

    /// <summary>What survives the agent: where it writes down what ran when it last looked.</summary>
    public required string Directory { get; init; }

    /// <summary>Answers what is asked below <c>/history/</c>; the path is that after it.</summary>
    public required Func<HttpContext, string, Task> Serve { get; init; }
}
