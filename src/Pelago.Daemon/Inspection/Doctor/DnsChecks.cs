// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Client.Local;
using Pelago.Daemon.Running;
using Pelago.Daemon.State;
using Pelago.Kube;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>Where the names of a running cluster's services are answered, and how a process gets there.</summary>
internal static class DnsChecks
{
    private const int ServerAddress = 10; // The tenth of the service addresses.

    /// <summary>The usual port, and the one that needs no privilege.</summary>
    private static readonly int[] Ports = [53, 10053];

    public static async Task<IReadOnlyList<DoctorCheck>> AllAsync(PelagoHome home, CancellationToken cancel)
    {
        if (home.ReadDaemon() is null)
            return [];
        IEnumerable<ClusterSettings> running = new ClusterPlan(home, AddressSlots.OfMachine()).TryKnown().Where(cluster => !cluster.Simulated);
        return await Task.WhenAll(running.Select(cluster => CheckAsync(home, cluster, cancel)));
    }

    private static async Task<DoctorCheck> CheckAsync(PelagoHome home, ClusterSettings cluster, CancellationToken cancel)
    {
        string name = $"dns of {cluster.Name}";
        Cidr4 services = Cidr4.Parse(AddressSlots.ServiceCidr(cluster.Slot, Environment.IsPrivilegedProcess));
        IPAddress address = services.AddressAt(ServerAddress);
        foreach (int port in Ports)
        {
            var server = new IPEndPoint(address, port);
            if (await NameQuery.IsAnsweredAsync(server, "kubernetes.default.svc.cluster.local", cancel))
            {
                return DoctorCheck.Ok(name, Environment.IsPrivilegedProcess
                    ? $"{server} answers; pods have it in /etc/resolv.conf and in PELAGO_DNS"
                    : $"{server} answers; pods find it in PELAGO_DNS, for they share this machine's /etc/resolv.conf: ask it as NAME.NAMESPACE.svc.cluster.local");
            }
        }

        return DoctorCheck.Warn(
            name, $"no name server answers at {address}: pods reach services by the addresses in their environment (NAME_SERVICE_HOST), not by name",
            $"look for 'dns' in {cluster.Name}'s events and in the log of pelagod; '{Invocation.Of(home)} down', then '{Invocation.Of(home)} up' tries again");
    }
}
