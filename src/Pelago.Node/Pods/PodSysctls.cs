// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>Kernel parameters that a pod may set for itself: those that reach nobody else (kubernetes pkg/kubelet/sysctl, safe_sysctls.go).</summary>
internal static class PodSysctls
{
    private const string OfIpc = "kernel.shm_rmid_forced";
    private static readonly HashSet<string> OfNetwork =
    [
        "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    /// <summary>By their names with dots; kubectl takes slashes, too.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(V1Pod pod) =>
        [.. (pod.Spec.SecurityContext?.Sysctls ?? []).Select(sysctl => new KeyValuePair<string, string>(sysctl.Name.Replace('/', '.'), sysctl.Value))];

    /// <summary>The first one that a node does not set, and why; null when there is none.</summary>
    public static string? Forbidden(V1Pod pod)
    {
        foreach ((string name, _) in Of(pod))
        {
            if (name != OfIpc && !OfNetwork.Contains(name))
                return $"\"{name}\" not allowlisted";
            if (name == OfIpc ? pod.Spec.HostIPC == true : pod.Spec.HostNetwork == true)
                return $"\"{name}\" not allowed with {(name == OfIpc ? "hostIPC" : "hostNetwork")} enabled";
        }
        return null;
    }
}
