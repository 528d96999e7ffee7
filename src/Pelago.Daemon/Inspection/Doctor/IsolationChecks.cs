// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.Node.Capabilities;
using Pelago.Node.Processes;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>What keeps pods apart: namespaces, the pod bridge, control groups.</summary>
internal static class IsolationChecks
{
    private const string NotRoot = "needs root; without it pods share this machine's";

    public static IEnumerable<DoctorCheck> All()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            yield return DoctorCheck.Warn("namespaces", $"{NotRoot} processes, files and network", "run pelago as root for isolated pods");
            yield return DoctorCheck.Warn("cgroups", $"{NotRoot} limits: requests count when pods are placed, limits are not enforced", "run pelago as root for enforced limits");
            yield break;
        }

        yield return Namespaces();
        yield return PodNetwork();
        yield return Groups();
    }

    private static DoctorCheck Namespaces()
    {
        HostTools tools = HostTools.Find();
        IReadOnlyList<string> missing = tools.MissingForNamespaces();
        if (missing.Count > 0)
            return DoctorCheck.Warn("namespaces", $"{string.Join(", ", missing)} not found: pods share this machine's processes, files and network", "install util-linux (Debian: apt-get install util-linux mount)") with { Packages = ["util-linux", "mount"] };
        string? refused = NamespaceProbe.Try(tools.Unshare!);
        return refused is null
            ? DoctorCheck.Ok("namespaces", "mount, pid, network, ipc and uts can be made; no /dev/net/tun and no iptables are needed")
            : DoctorCheck.Warn("namespaces", $"the kernel refused them: {refused}", "inside a container, start it privileged (docker run --privileged); else look for seccomp or sysctl user.max_*_namespaces");
    }

    private static DoctorCheck PodNetwork() => BridgeProbe.Try() is { } refused
        ? DoctorCheck.Warn("pod-network", $"no bridge can be made: {refused}; pods cannot have addresses of their own", "modprobe bridge veth (inside a container: on the host, and give the container CAP_NET_ADMIN)")
        : DoctorCheck.Ok("pod-network", "a bridge can be made by netlink");

    private static DoctorCheck Groups()
    {
        ControlGroups? groups = ControlGroups.Find(File.ReadLines("/proc/self/mountinfo"));
        if (groups is null)
            return DoctorCheck.Warn("cgroups", "not mounted: limits of pods are not enforced", "mount -t cgroup2 none /sys/fs/cgroup");
        string version = groups.IsUnified ? "version 2" : "version 1";
        string[] readOnly = [.. groups.Roots.Where(root => !IsWritable(root))];
        if (readOnly.Length > 0)
            return DoctorCheck.Warn("cgroups", $"{version}, not writable: {string.Join(", ", readOnly)}; limits of pods are not enforced", $"mount -o remount,rw {readOnly[0]} (inside a container: start it privileged)");
        return groups.IsUnified ? Delegated(groups.Roots[0]) : DoctorCheck.Ok("cgroups", $"{version}: {string.Join(", ", groups.Roots.Select(Path.GetFileName))}");
    }

    private static DoctorCheck Delegated(string root)
    {
        string[] there = (ProcText.Line(Path.Combine(root, "cgroup.controllers")) ?? "").Split(' ');
        string[] missing = [.. new[] { "cpu", "memory", "pids" }.Except(there)];
        return missing.Length == 0
            ? DoctorCheck.Ok("cgroups", "version 2: cpu, memory, pids")
            : DoctorCheck.Warn("cgroups", $"version 2 without {string.Join(", ", missing)}: these limits of pods are not enforced", $"delegate them: echo '{string.Join(' ', missing.Select(name => "+" + name))}' > the parent's cgroup.subtree_control, or Delegate=yes in the systemd unit");
    }

    // Making and removing an empty group is what a pod's start will do.
    private static bool IsWritable(string root)
    {
        string probe = Path.Combine(root, $"pelago-doctor-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
