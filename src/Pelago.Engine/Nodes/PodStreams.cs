// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;
using Pelago.Kube;

namespace Pelago.Engine.Nodes;

/// <summary>pods/log, exec, attach and portforward: the pod's node does them, under a kubelet's paths and parameters.</summary>
internal sealed class PodStreams(NodeLocator locator, NodeConnections connections) : IConnectHandler
{
    private static readonly string[] LogOptions =
        ["follow", "previous", "sinceSeconds", "sinceTime", "tailLines", "timestamps", "limitBytes", "stream"];

    // PodExecOptions and PodAttachOptions of core/v1, and a kubelet's words for them.
    private static readonly (string Option, string Kubelet)[] StreamOptions = [("stdin", "input"), ("stdout", "output"), ("stderr", "error"), ("tty", "tty")];

    public Task HandleAsync(HttpContext http, ResourceRequest request, string rest, CancellationToken cancel)
    {
        KubeObject pod = locator.Pod(request.Namespace, request.Name);
        IQueryCollection query = http.Request.Query;
        string container = request.Subresource == "portforward" ? "" : PodContainers.Choose(pod, query["container"].ToString());
        if (locator.OfPod(pod) is not { } node)
        {
            if (request.Subresource != "log")
                throw new ApiStatusException(ApiStatus.BadRequest($"pod {pod.Name} does not have a host assigned"));

            // A log without a node has no content (apiserver pkg/endpoints/handlers/responsewriters/writers.go StreamObject).
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        string place = $"{request.Namespace}/{request.Name}";
        string path = request.Subresource switch
        {
            "log" => $"/containerLogs/{place}/{container}" + NodeLocator.Query(LogOptions.Select(name => (name, query[name].FirstOrDefault()))),
            "portforward" => $"/portForward/{place}" + NodeLocator.Query(query["ports"].Select(port => ("port", port))),
            _ => $"/{request.Subresource}/{place}/{container}" + NodeLocator.Query([.. Words(query), .. Flags(query, isExec: request.Subresource == "exec")]),
        };
        return request.Subresource == "log" ? connections.ForwardPatientlyAsync(http, node, path, cancel) : connections.ForwardAsync(http, node, path, cancel);
    }

    /// <summary>An empty argument is one too.</summary>
    private static IEnumerable<(string Name, string? Value)> Words(IQueryCollection query) =>
        query["command"].Select(word => ("command", word));

    private static IEnumerable<(string Name, string? Value)> Flags(IQueryCollection query, bool isExec)
    {
        foreach ((string option, string kubelet) in StreamOptions)
        {
            // Output is carried unless the client says no, input and a terminal only when it says yes.
            string text = query[option].ToString();
            bool isOutput = option is "stdout" or "stderr";
            bool isOn = text is "true" or "1" || (text.Length == 0 && isOutput && !isExec);
            yield return (kubelet, isOn ? "1" : null);
        }
    }
}
