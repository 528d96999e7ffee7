// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Node.Serving.Streams;

/// <summary>What the error channel says at the end (upstream k8s.io/kubelet remotecommand/websocket.go and k8s.io/apiserver).</summary>
internal static class StreamOutcome
{
    /// <summary>A Status of success or with the exit code as a cause; before v4 a sentence, and nothing after a success.</summary>
    public static byte[] Of(int exitCode, StreamProtocol protocol)
    {
        if (exitCode == 0)
            return protocol.HasStatus ? KubeJson.ToUtf8(new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Success" }) : [];
        return Of(
            new ApiStatus
            {
                Code = 500, Reason = "NonZeroExitCode", Message = $"command terminated with non-zero exit code: exit status {exitCode}",
                Causes = [new StatusCause("ExitCode", exitCode.ToString(CultureInfo.InvariantCulture))],
            }, protocol);
    }

    public static byte[] Of(ApiStatus failure, StreamProtocol protocol) =>
        protocol.HasStatus ? KubeJson.ToUtf8(failure.ToJson()) : Encoding.UTF8.GetBytes(failure.Message);
}
