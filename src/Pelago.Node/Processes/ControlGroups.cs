// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>
/// The control group hierarchies of this machine. With version 1 each controller has a mount of its own; version 2 is one mount. The hybrid layout of
/// older systemd mounts an empty version 2 beside version 1, which then counts.
/// </summary>
internal sealed class ControlGroups
{
    private const string Parent = "pelago";
    private static readonly string[] Version1Controllers = ["cpu", "cpuacct", "memory", "pids"];
    private readonly IReadOnlyDictionary<string, string> _mounts;
    private readonly string? _unified;
    private readonly IReadOnlyList<string> _all;

    private ControlGroups(IReadOnlyDictionary<string, string> mounts, string? unified, IReadOnlyList<string> all)
    {
        _mounts = mounts;
        _unified = unified;
        _all = all;
    }

    /// <summary>Null when no controller that matters is mounted.</summary>
    public static ControlGroups? Find(IEnumerable<string> mountInfo)
    {
        var mounts = new Dictionary<string, string>(StringComparer.Ordinal);
        string? unified = null;
        var all = new List<string>();
        foreach (string line in mountInfo)
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-");
            if (separator < 6 || separator + 3 >= fields.Length)
                continue;
            if (fields[separator + 1] is "cgroup" or "cgroup2")
                all.Add(fields[4]);
            if (fields[separator + 1] == "cgroup2")
                unified = fields[4];
            else if (fields[separator + 1] == "cgroup")
                AddVersion1(mounts, fields[4], fields[separator + 3]);
        }
        if (mounts.ContainsKey("memory"))
            return new ControlGroups(mounts, null, all);
        return unified is null ? null : new ControlGroups(mounts, unified, all);
    }

    /// <summary>The directories that must be writable for limits to work.</summary>
    public IReadOnlyList<string> Roots => _unified is null ? [.. _mounts.Values] : [_unified];

    public bool IsUnified => _unified is not null;

    /// <summary>Makes the groups of a container and sets its limits. An <see cref="IOException"/> says what the kernel refused.</summary>
    public ControlGroup Create(string podUid, string containerId, ContainerResources limits)
    {
        ControlGroup group = Of(podUid, containerId);
        if (_unified is not null)
        {
            PrepareUnified(podUid);
            Directory.CreateDirectory(Path.Combine(_unified, Parent, podUid, containerId));
            LimitUnified(Path.Combine(_unified, Parent, podUid, containerId), limits);
            return group;
        }
        foreach ((string controller, string mount) in _mounts)
        {
            string directory = Path.Combine(mount, Parent, podUid, containerId);
            Directory.CreateDirectory(directory);
            LimitVersion1(controller, directory, limits);
        }
        return group;
    }

    /// <summary>The groups that <see cref="Create"/> made, or would make.</summary>
    public ControlGroup Of(string podUid, string containerId)
    {
        if (_unified is not null)
        {
            string directory = Path.Combine(_unified, Parent, podUid, containerId);
            return new ControlGroup(new Dictionary<string, string> { ["cpu"] = directory, ["memory"] = directory, ["pids"] = directory }, true);
        }
        return new ControlGroup(_mounts.ToDictionary(mount => mount.Key, mount => Path.Combine(mount.Value, Parent, podUid, containerId)), false);
    }

    /// <summary>
    /// Makes the group that all containers of a pod are in, with a limit of processes and threads for all of them together and the pod's weight beside
    /// others; 0 is none. It is in every hierarchy: while it is there nobody removes the one above it, in which runc is about to read. An <see cref="IOException"/> says what the kernel refused.
    /// </summary>
    public void LimitPod(string podUid, long processes, long cpuShares)
    {
        if (_unified is not null)
            PrepareUnified(podUid);
        string? limiting = _unified ?? _mounts.GetValueOrDefault("pids");
        foreach (string root in _all.Distinct().Where(root => root != limiting))
            TryMakeGroup(root, podUid);
        if (cpuShares > 0 && (_unified ?? _mounts.GetValueOrDefault("cpu")) is { } weighing)
            SetShares(MakeGroup(weighing, podUid), cpuShares);
        if (limiting is null)
            return;
        string directory = MakeGroup(limiting, podUid);
        if (processes > 0)
            Set(directory, "pids.max", processes);
    }

    /// <summary>The group of a pod below each hierarchy.</summary>
    public static string PathOf(string podUid) => $"/{Parent}/{podUid}";

    /// <summary>Removes what is left of a pod in any hierarchy, also in those that others (runc) have made groups in.</summary>
    public void RemovePod(string podUid)
    {
        foreach (string root in _all.Distinct())
        {
            string group = Path.Combine(root, Parent, podUid);
            if (!Directory.Exists(group))
                continue;
            try
            {
                Directory.Delete(group);
                Directory.Delete(Path.Combine(root, Parent));
            }
            catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
            {
                // Never made there, or not empty: another pod of this machine is in the parent.
            }
        }
    }

    private static string MakeGroup(string root, string podUid)
    {
        const int tries = 10;
        string group = Path.Combine(root, Parent, podUid);
        for (int i = 1; ; i++)
        {
            try
            {
                return Directory.CreateDirectory(group).FullName;
            }
            catch (DirectoryNotFoundException) when (i < tries)
            {
                // The one above it went with the last pod of another cluster, after it was found and before this one was in it.
            }
        }
    }

    private static void TryMakeGroup(string root, string podUid)
    {
        try
        {
            MakeGroup(root, podUid);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A hierarchy that is not for us to write: runc makes nothing there either.
        }
    }

    private static void AddVersion1(Dictionary<string, string> mounts, string path, string options)
    {
        foreach (string option in options.Split(','))
        {
            if (Version1Controllers.Contains(option))
                mounts[option] = path;
        }
    }

    private static void LimitVersion1(string controller, string directory, ContainerResources limits)
    {
        switch (controller)
        {
            case "cpu" when limits.CpuShares > 0:
                SetShares(directory, limits.CpuShares);
                break;
            case "memory" when limits.MemoryLimit > 0:
                Set(directory, "memory.limit_in_bytes", limits.MemoryLimit);
                break;
            case "pids" when limits.ProcessLimit > 0:
                Set(directory, "pids.max", limits.ProcessLimit);
                break;
        }
        if (controller == "cpu" && limits.CpuLimitMilli > 0)
        {
            Set(directory, "cpu.cfs_period_us", 100_000);
            Set(directory, "cpu.cfs_quota_us", limits.CpuLimitMilli * 100);
        }
    }

    private static void LimitUnified(string directory, ContainerResources limits)
    {
        if (limits.CpuShares > 0)
            SetShares(directory, limits.CpuShares);
        if (limits.CpuLimitMilli > 0)
            File.WriteAllText(Path.Combine(directory, "cpu.max"), string.Create(CultureInfo.InvariantCulture, $"{limits.CpuLimitMilli * 100} 100000"));
        if (limits.MemoryLimit > 0)
            Set(directory, "memory.max", limits.MemoryLimit);
        if (limits.ProcessLimit > 0)
            Set(directory, "pids.max", limits.ProcessLimit);
    }

    /// <summary>The file of either version: version 2 counts from 1 to 10000.</summary>
    private static void SetShares(string directory, long shares)
    {
        Set(directory, "cpu.shares", shares);
        Set(directory, "cpu.weight", 1 + ((shares - 2) * 9999 / 262142));
    }

    private static void Set(string directory, string file, long value)
    {
        string path = Path.Combine(directory, file);
        if (File.Exists(path))
            File.WriteAllText(path, value.ToString(CultureInfo.InvariantCulture));
    }

    private void PrepareUnified(string podUid)
    {
        const int tries = 10;
        for (int i = 1; ; i++)
        {
            try
            {
                MakeUnified(podUid);
                return;
            }
            catch (Exception gone) when (i < tries && gone is IOException or UnauthorizedAccessException)
            {
                // As in MakeGroup. A group that is being removed has no files any more, and there nobody may make any.
            }
        }
    }

    private void MakeUnified(string podUid)
    {
        string at = _unified!;
        foreach (string next in new[] { Parent, podUid })
        {
            File.WriteAllText(Path.Combine(at, "cgroup.subtree_control"), "+cpu +memory +pids");
            at = Path.Combine(at, next);
            Directory.CreateDirectory(at);
        }
        File.WriteAllText(Path.Combine(at, "cgroup.subtree_control"), "+cpu +memory +pids");
    }
}
