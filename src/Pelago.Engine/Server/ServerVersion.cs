// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>What <c>/version</c> says: the Kubernetes version whose behaviour is served. Clients compare it with their own and with charts' kubeVersion.</summary>
internal static class ServerVersion
{
    public const string GitVersion = KubernetesVersion.Served;

    public static readonly byte[] Document = KubeJson.ToUtf8(new JsonObject
    {
        ["major"] = "1",
        ["minor"] = "33",
        ["gitVersion"] = GitVersion,
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = RuntimeInformation.FrameworkDescription,
        ["platform"] = $"linux/{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}",
    });
}
