// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>How a .NET type stands for a kind: where it is served and how it is read and written.</summary>
public sealed record ResourceType<T>(
    GroupVersionResource Resource, GroupVersionKind Kind, Func<ReadOnlyMemory<byte>, T> Decode, Func<T, byte[]> Encode)
    where T : class;

/// <summary>Makes <see cref="ResourceType{T}"/>s.</summary>
public static class ResourceType
{
    /// <summary>
    /// A type of <c>k8s.Models</c>. Items of lists come without <c>apiVersion</c> and <c>kind</c>; decoding fills them in.
    /// managedFields are left out. Fields that the models do not know are dropped by a write, so prefer patches for objects that others own.
    /// </summary>
    public static ResourceType<T> OfModel<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IKubernetesObject
    {
        KubernetesEntityAttribute entity = typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException($"{typeof(T)} is not a served kind: it has no KubernetesEntity attribute");
        var resource = new GroupVersionResource(entity.Group ?? "", entity.ApiVersion, entity.PluralName);
        var kind = new GroupVersionKind(resource.Group, resource.Version, entity.Kind);
        string apiVersion = kind.ApiVersion;
        return new ResourceType<T>(resource, kind, Decode, Encode);

        T Decode(ReadOnlyMemory<byte> utf8)
        {
            T value = ModelJson.Decode<T>(utf8);
            value.ApiVersion = apiVersion;
            value.Kind = kind.Kind;
            // Half of many an object, of use to nobody here; a write without them leaves the server's as they are.
            if (value is IMetadata<V1ObjectMeta> { Metadata: { } metadata })
                metadata.ManagedFields = null;
            return value;
        }

        byte[] Encode(T value)
        {
            value.ApiVersion = apiVersion;
            value.Kind = kind.Kind;
            return ModelJson.Encode(value);
        }
    }

    /// <summary>Any kind, as the document itself.</summary>
    public static ResourceType<JsonObject> Dynamic(GroupVersionResource resource, string kind)
    {
        var gvk = new GroupVersionKind(resource.Group, resource.Version, kind);
        return new ResourceType<JsonObject>(resource, gvk, KubeJson.ParseObject, Encode);

        byte[] Encode(JsonObject value)
        {
            value["apiVersion"] = gvk.ApiVersion;
            value["kind"] = kind;
            return KubeJson.ToUtf8(value);
        }
    }
}
