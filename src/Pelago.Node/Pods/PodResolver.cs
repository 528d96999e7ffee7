// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>Writes a pod's /etc/resolv.conf by its dnsPolicy and dnsConfig (kubernetes pkg/kubelet/network/dns).</summary>
/// <param name="root">/, or what a test puts in its place.</param>
internal sealed class PodResolver(IPAddress? clusterDns, string clusterDomain, string root = "/")
{
    /// <summary>Empty: the host's own.</summary>
    public string TextFor(V1Pod pod)
    {
        string policy = pod.Spec.DnsPolicy ?? "ClusterFirst";
        bool wantsCluster = policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && pod.Spec.HostNetwork != true);
        var servers = new List<string>();
        var searches = new List<string>();
        var options = new List<string>();
        if (wantsCluster && clusterDns is not null)
        {
            servers.Add(clusterDns.ToString());
            string ns = pod.Metadata.NamespaceProperty;
            searches.AddRange([$"{ns}.svc.{clusterDomain}", $"svc.{clusterDomain}", clusterDomain]);
            searches.AddRange(HostResolver.Read(root, hasOwnLoopback: pod.Spec.HostNetwork != true).Searches);
            options.Add("ndots:5");
        }
        else if (policy != "None")
        {
            var host = HostResolver.Read(root, hasOwnLoopback: pod.Spec.HostNetwork != true);
            if (pod.Spec.DnsConfig is null && !host.IsReplaced)
                return "";
            servers.AddRange(host.Servers);
            searches.AddRange(host.Searches);
            options.AddRange(host.Options);
        }
        Add(pod.Spec.DnsConfig, servers, searches, options);
        var text = new StringBuilder();
        if (searches.Count > 0)
            text.Append("search ").AppendJoin(' ', searches.Distinct()).Append('\n');
        foreach (string server in servers.Distinct())
            text.Append("nameserver ").Append(server).Append('\n');
        if (options.Count > 0)
            text.Append("options ").AppendJoin(' ', options).Append('\n');
        return text.ToString();
    }

    /// <summary>Where the pod's hostname is found when a headless service names it; empty without a subdomain.</summary>
    public string DomainOf(V1Pod pod) =>
        string.IsNullOrEmpty(pod.Spec.Subdomain) ? "" : $"{pod.Spec.Subdomain}.{pod.Metadata.NamespaceProperty}.svc.{clusterDomain}";

    private static void Add(V1PodDNSConfig? config, List<string> servers, List<string> searches, List<string> options)
    {
        servers.AddRange(config?.Nameservers ?? []);
        searches.AddRange(config?.Searches ?? []);
        foreach (V1PodDNSConfigOption option in config?.Options ?? [])
        {
            options.RemoveAll(item => item.Split(':')[0] == option.Name);
            options.Add(string.IsNullOrEmpty(option.Value) ? option.Name : $"{option.Name}:{option.Value}");
        }
    }
}
