// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Kubelets.Runs;

/// <summary>Where ended containers are looked for.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Logs">The directory of all logs of its kubelet.</param>
/// <param name="Scratch">A directory for logs that are unpacked to be read.</param>
internal sealed record RunPlaces(string Node, string Logs, string Scratch)
{
    /// <summary>The path of a log from <see cref="Logs"/> on; null: it is not there.</summary>
    public string? Below(string logPath) => logPath.StartsWith(Logs + "/", StringComparison.Ordinal) ? logPath[(Logs.Length + 1)..] : null;
}
