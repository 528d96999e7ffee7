// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>What the kernel allows this user.</summary>
internal static class LimitChecks
{
    /// <summary>A pod that runs as a process takes its supervisor and its command of the machine, and three open files of the daemon.</summary>
    private const int ProcessesPerPod = 2;
    private const int FilesPerPod = 3;
    private const int ManyPods = 50_000;
    private const int RestOfTheMachine = 10_000;

    public static IEnumerable<DoctorCheck> All()
    {
        yield return AtLeast("open-files", "files open at once", ProcText.HardLimit("Max open files"), 4096, 16_384, "ulimit -Hn 65536 (for good: '* hard nofile 65536' in /etc/security/limits.conf)");
        yield return AtLeast("processes", "processes and threads at once", Processes(), 512, 4096, "ulimit -Hu 65536; inside a container, a higher --pids-limit");
        yield return AtLeast("file-length", "bytes in a file", ProcText.SoftLimit("Max file size"), 64L << 20, 4L << 30, "ulimit -f unlimited (for good: '* - fsize unlimited' in /etc/security/limits.conf)");
        yield return PodsAsProcesses();
        yield return AtLeast("inotify-instances", "watchers of files", ProcText.Number("/proc/sys/fs/inotify/max_user_instances"), 16, 128, "sysctl -w fs.inotify.max_user_instances=1024");
        yield return AtLeast("inotify-watches", "watched files", ProcText.Number("/proc/sys/fs/inotify/max_user_watches"), 1024, 8192, "sysctl -w fs.inotify.max_user_watches=524288");
    }

    /// <summary>No warning: few want so many. Who does finds here what to say to the kernel.</summary>
    private static DoctorCheck PodsAsProcesses()
    {
        const int Processes = (ManyPods * ProcessesPerPod) + RestOfTheMachine;
        const int Files = (ManyPods * FilesPerPod) + RestOfTheMachine;
        long room = Math.Min((LimitChecks.Processes() ?? long.MaxValue) / ProcessesPerPod, (ProcText.HardLimit("Max open files") ?? long.MaxValue) / FilesPerPod);
        return DoctorCheck.Ok("many-pods", room >= ManyPods
            ? $"room for {ManyPods} pods as processes"
            : $"room for {room} pods as processes at most; {ManyPods} need: sysctl -w kernel.pid_max={Processes} kernel.threads-max={Processes}; ulimit -Hn {Files}");
    }

    private static DoctorCheck AtLeast(string name, string what, long? limit, long needed, long comfortable, string fix) => limit switch
    {
        null => DoctorCheck.Ok(name, $"no limit of {what}"),
        _ when limit < needed => DoctorCheck.Fail(name, $"at most {limit} {what}; {needed} are needed", fix),
        _ when limit < comfortable => DoctorCheck.Warn(name, $"at most {limit} {what}; enough for small clusters", fix),
        _ => DoctorCheck.Ok(name, $"at most {limit} {what}"),
    };

    /// <summary>The lowest of the user's limit, the kernel's, and those of the control groups that this process is in.</summary>
    private static long? Processes()
    {
        long?[] limits = [ProcText.HardLimit("Max processes"), ProcText.Number("/proc/sys/kernel/pid_max"), .. GroupLimits()];
        return limits.Where(limit => limit is not null).Min();
    }

    private static IEnumerable<long?> GroupLimits()
    {
        foreach (string line in File.ReadLines("/proc/self/cgroup"))
        {
            // HIERARCHY:CONTROLLERS:PATH; version 2 has no controllers.
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[1] is "" or "pids")
                yield return ProcText.Number($"/sys/fs/cgroup{(parts[1] == "pids" ? "/pids" : "")}{parts[2].TrimEnd('/')}/pids.max");
        }
    }
}
