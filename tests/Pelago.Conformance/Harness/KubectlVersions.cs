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
    public static TheoryData<string> All => Lanes("1.27", "1.30", "1.33");

    /// <summary>The versions that stream over WebSocket by themselves (exec, attach, cp).</summary>
    public static TheoryData<string> WithWebSocketStreams => Lanes("1.30", "1.33");

    public static string? Find(string version)
    {
        string[] folders = [Environment.GetEnvironmentVariable("PELAGO_KUBECTL_DIR") ?? "", "/usr/lib/google-cloud-sdk/bin", "/usr/local/bin", "/usr/bin"];
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, $"kubectl.{version}")).FirstOrDefault(File.Exists);
    }

    private static TheoryData<string> Lanes(params string[] versions) =>
        [.. versions.Select(version => version == "1.30" ? new TheoryDataRow<string>(version) : new TheoryDataRow<string>(version).WithTrait("Lane", "Slow"))];
}
