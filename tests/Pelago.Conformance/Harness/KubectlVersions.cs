// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>
/// The kubectl releases of the tour, as far as this machine has them: <c>kubectl.1.27</c> and so on, beside kubectl or where PELAGO_KUBECTL_DIR says.
/// 1.20, the oldest that is served, comes from Debian when it is asked for.
/// </summary>
public static class KubectlVersions
{
    /// <summary>What tests prepare the cluster with, whichever version they are about.</summary>
    public const string Preparing = "1.27";

    private const string Oldest = "1.20";

    /// <summary>
    /// Every version of the tour; one that is not installed is skipped with that reason. The fast lane takes the oldest one
    /// that streams over WebSocket.
    /// </summary>
    public static TheoryData<string> All => Lanes(fast: ["1.30"], slow: [Oldest, "1.27", "1.33"]);

    /// <summary>For exec, attach and cp: up to 1.29 they speak SPDY, from 1.30 on WebSocket.</summary>
    public static TheoryData<string> Streaming => Lanes(fast: ["1.27", "1.30"], slow: [Oldest, "1.29", "1.33"]);

    /// <summary>For port-forward: up to 1.30 it speaks SPDY, from 1.31 on SPDY inside a WebSocket.</summary>
    public static TheoryData<string> Forwarding => Lanes(fast: ["1.30", "1.33"], slow: [Oldest, "1.27"]);

    /// <summary>True for releases older than 1.<paramref name="minor"/>, for what they cannot do.</summary>
    public static bool IsBefore(string version, int minor) => int.Parse(version.Split('.')[1], CultureInfo.InvariantCulture) < minor;

    public static string? Find(string version)
    {
        string[] folders = [Environment.GetEnvironmentVariable("PELAGO_KUBECTL_DIR") ?? "", "/usr/lib/google-cloud-sdk/bin", "/usr/local/bin", "/usr/bin"];
        string? installed = folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, $"kubectl.{version}")).FirstOrDefault(File.Exists);
        return installed ?? (version == Oldest ? ClientProgram.OldKubectl.Require() : null);
    }

    private static TheoryData<string> Lanes(string[] fast, string[] slow) =>
        [.. fast.Select(Row), .. slow.Select(version => Row(version).WithTrait("Lane", "Slow"))];

    /// <summary>With <c>-trait Kubectl=1.20</c> the tests of one version are run.</summary>
    private static TheoryDataRow<string> Row(string version) => new TheoryDataRow<string>(version).WithTrait("Kubectl", version);
}
