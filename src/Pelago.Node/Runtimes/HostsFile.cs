// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Node.Runtimes;

/// <summary>The text of a pod's /etc/hosts (kubernetes pkg/kubelet managedHostsFileContent).</summary>
internal static class HostsFile
{
    public static string Text(PodSandboxSpec spec, string address)
    {
        var hosts = new StringBuilder("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        hosts.Append("fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
        if (address.Length > 0)
            hosts.Append(address).Append('\t').Append(string.IsNullOrEmpty(spec.OwnNames) ? spec.Hostname : spec.OwnNames).Append('\n');
        if (spec.HostAliases.Count > 0)
            hosts.Append("\n# Entries added by HostAliases.\n");
        foreach ((string alias, string names) in spec.HostAliases)
            hosts.Append(alias).Append('\t').Append(names).Append('\n');
        return hosts.ToString();
    }
}
