// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Objects;

/// <summary>Finds the ConfigMaps and Secrets that a pod names, in its environment and its volumes.</summary>
internal static class PodReferences
{
    public static HashSet<ObjectName> Of(V1Pod pod)
    {
        var names = new HashSet<ObjectName>();
        string ns = pod.Metadata.NamespaceProperty;
        foreach (V1Container container in pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []))
            AddEnvironment(container.EnvFrom, container.Env, ns, names);
        foreach (V1EphemeralContainer container in pod.Spec.EphemeralContainers ?? [])
            AddEnvironment(container.EnvFrom, container.Env, ns, names);
        foreach (V1LocalObjectReference secret in pod.Spec.ImagePullSecrets ?? [])
            Add(names, ObjectName.Secrets, ns, secret.Name);
        foreach (V1Volume volume in pod.Spec.Volumes ?? [])
            AddVolume(volume, ns, names);
        return names;
    }

    private static void AddEnvironment(IList<V1EnvFromSource>? sources, IList<V1EnvVar>? variables, string ns, HashSet<ObjectName> names)
    {
        foreach (V1EnvFromSource source in sources ?? [])
        {
            Add(names, ObjectName.ConfigMaps, ns, source.ConfigMapRef?.Name);
            Add(names, ObjectName.Secrets, ns, source.SecretRef?.Name);
        }
        foreach (V1EnvVar variable in variables ?? [])
        {
            Add(names, ObjectName.ConfigMaps, ns, variable.ValueFrom?.ConfigMapKeyRef?.Name);
            Add(names, ObjectName.Secrets, ns, variable.ValueFrom?.SecretKeyRef?.Name);
        }
    }

    private static void AddVolume(V1Volume volume, string ns, HashSet<ObjectName> names)
    {
        Add(names, ObjectName.ConfigMaps, ns, volume.ConfigMap?.Name);
        Add(names, ObjectName.Secrets, ns, volume.Secret?.SecretName);
        foreach (V1VolumeProjection source in volume.Projected?.Sources ?? [])
        {
            Add(names, ObjectName.ConfigMaps, ns, source.ConfigMap?.Name);
            Add(names, ObjectName.Secrets, ns, source.Secret?.Name);
        }
    }

    private static void Add(HashSet<ObjectName> names, string resource, string ns, string? name)
    {
        if (!string.IsNullOrEmpty(name))
            names.Add(new ObjectName(resource, ns, name));
    }
}
