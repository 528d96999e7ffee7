// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Cli.Dcsh;

/// <summary>How one run ended. A code from 121 to 127 can be the command's own too: <paramref name="Origin"/> tells, <c>child</c> or <c>engine</c>.</summary>
internal sealed record RunResult(int Index, string Cluster, string Pod, int Code, string Origin, string? Reason, DateTimeOffset Started, TimeSpan Took, long BytesIn, long BytesOut)
{
    public const string OfChild = "child";
    public const string OfEngine = "engine";

    public JsonObject ToJson(string id) => new()
    {
        ["id"] = id, ["index"] = Index, ["cluster"] = Cluster, ["pod"] = Pod, ["exitCode"] = Code, ["origin"] = Origin, ["reason"] = Reason,
        ["bytesIn"] = BytesIn, ["bytesOut"] = BytesOut,
    };
}
