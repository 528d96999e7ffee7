// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>An object as the controller of others.</summary>
internal sealed record Owner(
    GroupVersionKind Kind, GroupVersionResource Resource, string Namespace, string Name, string Uid, string ResourceVersion, bool IsDeleting)
{
    public ObjectKey Key => new(Namespace, Name);

    public static Owner Of<T>(ResourceType<T> type, T value)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        V1ObjectMeta meta = value.Metadata;
        return new Owner(
            type.Kind, type.Resource, meta.NamespaceProperty ?? "", meta.Name, meta.Uid, meta.ResourceVersion, meta.DeletionTimestamp is not null);
    }

    /// <summary>The ownerReferences entry of a controlled object.</summary>
    public JsonObject ToReference() => new()
    {
        ["apiVersion"] = Kind.ApiVersion, ["kind"] = Kind.Kind, ["name"] = Name, ["uid"] = Uid, ["controller"] = true, ["blockOwnerDeletion"] = true,
    };

    public V1OwnerReference ToModelReference() => new()
    {
        ApiVersion = Kind.ApiVersion, Kind = Kind.Kind, Name = Name, Uid = Uid, Controller = true, BlockOwnerDeletion = true,
    };

    public ObjectReference ForEvents() => new(Kind.ApiVersion, Kind.Kind, Namespace, Name, Uid, ResourceVersion);
}
