// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Client.Local;
using Pelago.Daemon.Running;
using Pelago.Daemon.State;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>Whether the ports that clusters want are theirs to have.</summary>
internal static class PortChecks
{
    private const int NodePortFirst = 30000;
    private const int NodePortLast = 32767;
    private const int WebPort = 80, FirstUnprivileged = 1024;

    public static IEnumerable<DoctorCheck> All(PelagoHome home)
    {
        yield return NodePorts();
        yield return ServicePorts();
        if (home.ReadHolder() is not null)
            yield break;
        foreach (ClusterSettings cluster in new ClusterPlan(home, AddressSlots.OfMachine()).TryKnown())
            yield return ApiPort(home, cluster);
    }

    private static DoctorCheck ApiPort(PelagoHome home, ClusterSettings cluster) => LoopbackPorts.IsFree(cluster.Port)
        ? DoctorCheck.Ok($"port of {cluster.Name}", $"{cluster.Port} is free")
        : DoctorCheck.Warn(
            $"port of {cluster.Name}", $"{cluster.Port} is in use by {PortOwner.Describe(cluster.Port)}; the next start picks another one",
            $"end it to keep the port, or take the new address from '{Invocation.Of(home)} kubeconfig' after the start");

    private static DoctorCheck NodePorts()
    {
        string[] range = (ProcText.Line("/proc/sys/net/ipv4/ip_local_port_range") ?? "").Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (range.Length != 2 || !int.TryParse(range[0], CultureInfo.InvariantCulture, out int first) || !int.TryParse(range[1], CultureInfo.InvariantCulture, out int last))
            return DoctorCheck.Ok("node-ports", "the kernel does not say which ports it gives to outgoing connections");
        string ports = $"{NodePortFirst}-{NodePortLast}";
        if (last < NodePortFirst || first > NodePortLast || IsReserved())
            return DoctorCheck.Ok("node-ports", $"{ports} are not given to outgoing connections");
        return DoctorCheck.Warn(
            "node-ports", $"{ports} (NodePort services) lie inside {first}-{last}, which outgoing connections use: a node port may be taken now and then",
            $"sysctl -w net.ipv4.ip_local_reserved_ports={ports}");
    }

    private static DoctorCheck ServicePorts()
    {
        const string Setting = "net.ipv4.ip_unprivileged_port_start";
        bool isKnown = int.TryParse(ProcText.Line("/proc/sys/net/ipv4/ip_unprivileged_port_start"), CultureInfo.InvariantCulture, out int first);
        if (Environment.IsPrivilegedProcess || (isKnown && first <= WebPort))
            return DoctorCheck.Ok("service-ports", "Services can listen on every port");
        return DoctorCheck.Warn(
            "service-ports", $"Services cannot listen on ports below {(isKnown ? first : FirstUnprivileged)}, port {WebPort} among them, without root",
            $"run as root, or sysctl -w {Setting}={WebPort}");
    }

    private static bool IsReserved()
    {
        // As in 8080,30000-32767.
        foreach (string part in (ProcText.Line("/proc/sys/net/ipv4/ip_local_reserved_ports") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length == 2 && int.TryParse(ends[0], CultureInfo.InvariantCulture, out int first) && int.TryParse(ends[1], CultureInfo.InvariantCulture, out int last) && first <= NodePortFirst && last >= NodePortLast)
                return true;
        }

        return false;
    }
}
