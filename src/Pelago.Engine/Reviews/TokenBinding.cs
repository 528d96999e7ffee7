// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Authentication;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Reviews;

/// <summary>The <c>boundObjectRef</c> of a TokenRequest: the object with which the token will end must be there, and a pod must run as the account.</summary>
internal sealed class TokenBinding(IRevisionStore store)
{
    public (ServiceAccountClaims Claims, ApiStatus? Refused) Bind(ServiceAccountClaims claims, JsonObject? reference)
    {
        if (reference is null)
            return (claims, null);
        string kind = reference.String("kind") ?? "";
        string version = reference.String("apiVersion") ?? "";
        string? resource = (version, kind) switch
        {
            ("v1", "Pod") => "pods",
            ("v1", "Secret") => "secrets",
            ("v1", "Node") => "nodes",
            _ => null,
        };
        if (resource is null)
        {
            string group = version.Contains('/', StringComparison.Ordinal) ? version : $"/{version}";
            return (claims, ApiStatus.BadRequest($"cannot bind token to object of type {group}, Kind={kind}"));
        }

        string name = reference.String("name") ?? "";
        var key = new ObjectKey(kind == "Node" ? "" : claims.Namespace, name);
        if (store.Resource(resource).Current.Get(key) is not { } stored)
            return (claims, ApiStatus.NotFound(new GroupResource("", resource), name));
        var found = KubeObject.Parse(stored.Json);
        if (reference.String("uid") is { Length: > 0 } uid && uid != found.Uid)
        {
            return (claims, ApiStatus.Conflict(new GroupResource("", kind), name,
                $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated"));
        }

        return Bind(claims, kind, found);
    }

    private (ServiceAccountClaims Claims, ApiStatus? Refused) Bind(ServiceAccountClaims claims, string kind, KubeObject found)
    {
        var bound = new ClaimedObject(found.Name, found.Uid);
        switch (kind)
        {
            case "Secret":
                return (claims with { Secret = bound }, null);
            case "Node":
                return (claims with { Node = bound }, null);
        }

        string account = claims.ServiceAccount.Name;
        if (found.Spec?.String("serviceAccountName") != account)
        {
            return (claims, ApiStatus.BadRequest(
                $"cannot bind token for serviceaccount {GoText.Quote(account)} to pod running with different serviceaccount name."));
        }

        return (claims with { Pod = bound, Node = NodeOf(found) }, null);
    }

    private ClaimedObject? NodeOf(KubeObject pod)
    {
        if (pod.Spec?.String("nodeName") is not { Length: > 0 } name)
            return null;
        StoredObject? node = store.Resource("nodes").Current.Get(new ObjectKey("", name));
        return new ClaimedObject(name, node is null ? "" : KubeObject.Parse(node.Json).Uid);
    }
}
