// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Bench.Api;

/// <summary>The pelagod that is measured: one cluster, one node, durable.</summary>
internal static class DaemonProgram
{
    public static readonly string[] Options = ["--clusters", "1"];

    public static string Path => Environment.GetEnvironmentVariable("PELAGO_DAEMON") is { Length: > 0 } named
        ? named
        : throw new InvalidOperationException("PELAGO_DAEMON does not name pelagod; run it as ./pelago bench api");
}
