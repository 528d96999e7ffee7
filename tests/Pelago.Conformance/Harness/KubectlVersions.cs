// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>The kubectl releases of the tour, as far as this machine has them: <c>kubectl.1.27</c> and so on, beside kubectl or where PELAGO_KUBECTL_DIR says.</summary>
public static class KubectlVersions
{
    public const string Oldest = "1.27";

    /// <summary>
    /// Every version of the tour; one that is not installed is skipped with that reason. The fast lane takes the oldest one
    /// that streams over WebSocket.
    /// </summary>
    public static TheoryData<string> All => Lanes(fast: ["1.30"], slow: ["1.27", "1.33"]);

    /// <summary>For exec, attach and cp: up to 1.29 they speak SPDY, from 1.30 on WebSocket.</summary>
    public static TheoryData<string> Streaming => Lanes(fast: ["1.27", "1.30"], slow: ["1.29", "1.33"]);

    /// <summary>For port-forward: up to 1.30 it speaks SPDY, from 1.31 on SPDY inside a WebSocket.</summary>
    public static TheoryData<string> Forwarding => Lanes(fast: ["1.30", "1.33"], slow: ["1.27"]);

    public static string? Find(string version)
    {
        string[] folders = [Environment.GetEnvironmentVariable("PELAGO_KUBECTL_DIR") ?? "", "/usr/lib/google-cloud-sdk/bin", "/usr/local/bin", "/usr/bin"];
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, $"kubectl.{version}")).FirstOrDefault(File.Exists);
    }

    private static TheoryData<string> Lanes(string[] fast, string[] slow) =>
        [.. fast.Select(version => new TheoryDataRow<string>(version)), .. slow.Select(version => new TheoryDataRow<string>(version).WithTrait("Lane", "Slow"))];
}
