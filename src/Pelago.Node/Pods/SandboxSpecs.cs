// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Ports;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>What a pod's sandbox must be, from its spec.</summary>
internal static class SandboxSpecs
{
    private const int MaxHostname = 63;

    public static PodSandboxSpec Of(V1Pod pod, int attempt, string nodeName, PodResolver resolver)
    {
        HostPortAllocation? given = HostPorts.Of(pod);
        bool hostNetwork = pod.Spec.HostNetwork == true;
        string hostname = HostnameOf(pod), domain = resolver.DomainOf(pod);
        return new PodSandboxSpec
        {
            Namespace = pod.Metadata.NamespaceProperty, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid, Attempt = attempt,
            Hostname = hostNetwork ? nodeName : KernelNameOf(pod, hostname, domain), OwnNames = hostNetwork || domain.Length == 0 ? "" : $"{hostname}.{domain}\t{hostname}",
            HostNetwork = hostNetwork, HostPid = pod.Spec.HostPID == true, HostIpc = pod.Spec.HostIPC == true,
            SharedProcesses = pod.Spec.ShareProcessNamespace == true,
            Privileged = PodContainer.AllOf(pod).Any(IsPrivileged),
            OnHost = hostNetwork && pod.Spec is { HostPID: true, HostIPC: true } && PodContainer.AllOf(pod).All(IsPrivileged),
            ResolvConf = resolver.TextFor(pod),
            HostAliases = [.. (pod.Spec.HostAliases ?? []).Select(alias => new KeyValuePair<string, string>(alias.Ip, string.Join('\t', alias.Hostnames ?? [])))],
            Sysctls = PodSysctls.Of(pod), CpuShares = SharesOf(pod),
            Ports = [.. PodContainer.AllOf(pod).SelectMany(container => (container.Spec.Ports ?? []).Select(port => new PodPort(
                container.Name, port.Name ?? "", port.ContainerPort, port.Protocol ?? "TCP", port.HostPort ?? HostPorts.Named(given, port.Name), port.HostIP ?? "")))],
        };
    }

    /// <summary>As kubernetes pkg/kubelet/cm gives a pod's group; what requests nothing has the least there is.</summary>
    private static long SharesOf(V1Pod pod)
    {
        const long Least = 2, Most = 262144;
        return (long)Math.Clamp(PodDemand.Of(pod).Amounts[Array.IndexOf(PodDemand.Resources, "cpu")] * 1024, Least, Most);
    }

    private static bool IsPrivileged(PodContainer container) => container.Spec.SecurityContext?.Privileged == true;

    /// <exception cref="RuntimeException">The whole name was asked for, and is longer than the kernel takes.</exception>
    private static string KernelNameOf(V1Pod pod, string hostname, string domain)
    {
        const int Most = 64;
        if (pod.Spec.SetHostnameAsFQDN != true || domain.Length == 0)
            return hostname;
        string whole = $"{hostname}.{domain}";
        return whole.Length <= Most ? whole : throw new RuntimeException(
            "SandboxError", $"failed to construct FQDN from pod hostname and cluster domain, FQDN {whole} is too long ({Most} characters is the max, {whole.Length} characters requested)");
    }

    private static string HostnameOf(V1Pod pod)
    {
        string name = string.IsNullOrEmpty(pod.Spec.Hostname) ? pod.Metadata.Name : pod.Spec.Hostname;
        return name.Length <= MaxHostname ? name : name[..MaxHostname].TrimEnd('-', '.');
    }
}
