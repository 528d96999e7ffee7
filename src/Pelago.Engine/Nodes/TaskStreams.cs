// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Authorization;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;
using Pelago.Kube;

namespace Pelago.Engine.Nodes;

/// <summary>
/// <c>node.pelago.dev</c> pods/log/CONTAINER/WHAT and pods/proxy/CONTAINER/WHAT: what the pod's node makes of its logs and files. Everybody may ask; what
/// decides is whether the user may read the logs of this very pod (get pods/log) or run commands in it (create pods/exec).
/// </summary>
internal sealed class TaskStreams(NodeLocator locator, NodeConnections connections, IAuthorizer authorizer) : IConnectHandler
{
    public Task HandleAsync(HttpContext http, ResourceRequest request, string rest, CancellationToken cancel)
    {
        (string subresource, string verb) = TaskApi.RightFor(request.Subresource);
        var attributes = new AccessAttributes(request.User, verb, request.Namespace, "", "v1", "pods", subresource, request.Name);
        AccessDecision decision = authorizer.Authorize(in attributes);
        if (!decision.Allowed)
            throw new ApiStatusException(Denial.ToStatus(in attributes, decision.Reason));
        KubeObject pod = locator.Pod(request.Namespace, request.Name);
        if (TaskApi.NodePath(request.Subresource, request.Namespace, request.Name, rest) is not { } path)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        NodeEndpoint node = locator.OfPod(pod) ?? throw new ApiStatusException(ApiStatus.BadRequest($"pod {pod.Name} does not have a host assigned"));
        return connections.ForwardAsync(http, node, path + http.Request.QueryString, cancel);
    }
}
