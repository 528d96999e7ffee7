// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using k8s;
using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>A model object seen as something owned.</summary>
internal sealed class OwnedModel<T>(T value) : IOwnedObject
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public T Value => value;
    public ObjectKey Key => new(value.Metadata.NamespaceProperty ?? "", value.Metadata.Name);
    public string Uid => value.Metadata.Uid;
    public bool IsDeleting => value.Metadata.DeletionTimestamp is not null;
    public IReadOnlyDictionary<string, string> Labels => LabelsOf(value.Metadata);
    public OwnerReference? Controller => ControllerOf(value.Metadata);

    public static IReadOnlyDictionary<string, string> LabelsOf(V1ObjectMeta? meta) => meta?.Labels switch
    {
        null => FrozenDictionary<string, string>.Empty,
        IReadOnlyDictionary<string, string> readable => readable,
        { } labels => labels.ToDictionary(StringComparer.Ordinal),
    };

    private static OwnerReference? ControllerOf(V1ObjectMeta meta)
    {
        foreach (V1OwnerReference reference in meta.OwnerReferences ?? [])
        {
            if (reference.Controller == true)
                return new OwnerReference(reference.ApiVersion, reference.Kind, reference.Name, reference.Uid, true, reference.BlockOwnerDeletion == true);
        }
        return null;
    }
}
