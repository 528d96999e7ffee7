// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Engine.Certificates;

/// <summary>The names and addresses under which clients reach the API server, beside the fixed ones (localhost, kubernetes…).</summary>
/// <param name="ServiceAddress">The ClusterIP of the Service <c>default/kubernetes</c>.</param>
/// <param name="Extra">More DNS names or addresses, as text.</param>
internal sealed record ServerNames(IPAddress ServiceAddress, IReadOnlyList<string> Extra)
{
    private static readonly string[] FixedNames =
        ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];

    public CertificateSubject ToSubject()
    {
        var names = new List<string>(FixedNames);
        var addresses = new List<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback, ServiceAddress };
        foreach (string extra in Extra)
        {
            if (IPAddress.TryParse(extra, out IPAddress? address))
                addresses.Add(address);
            else
                names.Add(extra);
        }

        return new CertificateSubject("kube-apiserver") { DnsNames = [.. names.Distinct()], Addresses = [.. addresses.Distinct()], IsServer = true };
    }
}
