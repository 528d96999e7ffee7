// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>
/// What a pod asks for beyond what this node does, and what it so must not take for granted. Fields that say the same as is done anyway are left out;
/// docs/conformance.md lists all.
/// </summary>
internal static class IgnoredFields
{
    /// <summary>Paths as in <c>spec.hostUsers</c>.</summary>
    public static IReadOnlyList<string> Of(V1Pod pod, RuntimeFeatures features)
    {
        V1PodSpec spec = pod.Spec;
        V1PodSecurityContext? security = spec.SecurityContext;
        (string Field, bool IsAsked)[] asked =
        [
            ("hostUsers", spec.HostUsers == false), ("runtimeClassName", !string.IsNullOrEmpty(spec.RuntimeClassName)),
            ("resources", spec.Resources is not null), ("resourceClaims", spec.ResourceClaims is { Count: > 0 }),
            ("shareProcessNamespace", spec.ShareProcessNamespace == true && !features.Images), ("securityContext.appArmorProfile", IsConfined(security?.AppArmorProfile)),
            ("securityContext.seLinuxOptions", security?.SeLinuxOptions is not null), ("securityContext.supplementalGroupsPolicy", security?.SupplementalGroupsPolicy == "Strict"),
        ];
        return
        [
            .. asked.Where(item => item.IsAsked).Select(item => $"spec.{item.Field}"),
            .. PodContainer.AllOf(pod).SelectMany(container => Of(container.Spec).Select(field => $"{container.FieldPath}.{field}")),
        ];
    }

    private static IEnumerable<string> Of(V1Container container)
    {
        V1SecurityContext? security = container.SecurityContext;
        (string Field, bool IsAsked)[] asked =
        [
            ("volumeDevices", container.VolumeDevices is { Count: > 0 }), ("restartPolicyRules", container.RestartPolicyRules is { Count: > 0 }),
            ("securityContext.appArmorProfile", IsConfined(security?.AppArmorProfile)), ("securityContext.seLinuxOptions", security?.SeLinuxOptions is not null),
            ("securityContext.procMount", security?.ProcMount == "Unmasked"),
        ];
        return
        [
            .. asked.Where(item => item.IsAsked).Select(item => item.Field),
            .. (container.Resources?.Limits ?? new Dictionary<string, ResourceQuantity>()).Keys.Where(IsUnlimited).Order(StringComparer.Ordinal).Select(name => $"resources.limits[{name}]"),
            .. (container.VolumeMounts ?? []).Where(mount => mount.RecursiveReadOnly == "Enabled").Select(mount => $"volumeMounts[{mount.Name}].recursiveReadOnly"),
        ];
    }

    private static bool IsConfined(V1AppArmorProfile? profile) => profile is { Type: not "Unconfined" };

    private static bool IsUnlimited(string resource) => resource == "ephemeral-storage" || resource.StartsWith("hugepages-", StringComparison.Ordinal);
}
