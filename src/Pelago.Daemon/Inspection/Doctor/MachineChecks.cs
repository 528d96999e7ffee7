// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using Pelago.Client.Local;
using Pelago.Daemon.Running;
using Pelago.Node.Containerd;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>What there is: the runtime, the user, memory, the daemon, containerd.</summary>
internal static class MachineChecks
{
    private const long EnoughMemory = 512L << 20;

    public static IEnumerable<DoctorCheck> All(PelagoHome home)
    {
        yield return DoctorCheck.Ok("runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return User();
        yield return Memory();
        yield return Daemon(home);
        yield return Containerd();
    }

    private static DoctorCheck Containerd()
    {
        if (ProcessFallback.Remedy() is not { } remedy)
            return DoctorCheck.Ok("containerd", "it, runc and the CNI plugins are here: new clusters run pods from images ('--runtime process': as processes of this machine)");
        DoctorCheck warning = DoctorCheck.Warn("containerd", "pods run as processes of this machine, where an image is only a label", $"for pods from images: {remedy}");
        return warning with { Packages = new ContainerdTools().MissingPackages() };
    }

    private static DoctorCheck User() => Environment.IsPrivilegedProcess
        ? DoctorCheck.Ok("user", "root: pods have namespaces, a network address and a root file system of their own")
        : DoctorCheck.Warn(
            "user", $"{Environment.UserName} is not root: pods share this machine's network and files, each with an address of its own inside 127.0.0.0/8",
            $"for isolated pods, run it as root with a home of its own: sudo {Invocation.Program} up --home /var/lib/pelago");

    private static DoctorCheck Memory()
    {
        long available = ProcText.Kilobytes("/proc/meminfo", "MemAvailable:") * 1024;
        string says = $"{ByteCount.Of(available)} available";
        return available >= EnoughMemory
            ? DoctorCheck.Ok("memory", says)
            : DoctorCheck.Warn("memory", says, "end something, or add memory: a cluster takes about 150 MiB before its pods");
    }

    private static DoctorCheck Daemon(PelagoHome home)
    {
        if (home.ReadDaemon() is { } record)
            return DoctorCheck.Ok("daemon", $"pelagod runs {record.Clusters.Count} cluster(s) of {home.Root} (pid {record.Pid})");
        if (home.ReadHolder() is { } pid)
            return DoctorCheck.Ok("daemon", $"pelagod (pid {pid}) is starting or ending on {home.Root}");
        return File.Exists(home.DaemonFile)
            ? DoctorCheck.Warn(
                "daemon", $"the pelagod of {home.Root} ended without stopping its pods, which may still run",
                $"'{Invocation.Of(home)} up' takes them over again, '{Invocation.Of(home)} down' ends them")
            : DoctorCheck.Ok("daemon", $"none runs on {home.Root}; '{Invocation.Of(home)} up' starts one");
    }
}
