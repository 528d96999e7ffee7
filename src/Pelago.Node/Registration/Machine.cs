// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using k8s.Models;

namespace Pelago.Node.Registration;

/// <summary>What this machine is and has, as a Node object says it.</summary>
internal static class Machine
{
    public static Dictionary<string, ResourceQuantity> Capacity(string directory, int maxPods) => new(StringComparer.Ordinal)
    {
        ["cpu"] = new ResourceQuantity(Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
        ["memory"] = new ResourceQuantity(string.Create(CultureInfo.InvariantCulture, $"{MemoryInfo("MemTotal")}Ki")),
        ["ephemeral-storage"] = new ResourceQuantity(string.Create(CultureInfo.InvariantCulture, $"{new DriveInfo(directory).TotalSize / 1024}Ki")),
        ["pods"] = new ResourceQuantity(maxPods.ToString(CultureInfo.InvariantCulture)),
    };

    public static V1NodeSystemInfo Info(string runtimeVersion, string version) => new()
    {
        Architecture = Architecture, OperatingSystem = "linux",
        BootID = ReadLine("/proc/sys/kernel/random/boot_id"), MachineID = ReadLine("/etc/machine-id"), SystemUUID = ReadLine("/etc/machine-id"),
        KernelVersion = ReadLine("/proc/sys/kernel/osrelease"), OsImage = OsImage(),
        ContainerRuntimeVersion = runtimeVersion, KubeletVersion = version, KubeProxyVersion = version,
    };

    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>A value of /proc/meminfo in KiB; 0 when it is not there.</summary>
    public static long MemoryInfo(string name)
    {
        foreach (string line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] == ':')
                return long.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }
        return 0;
    }

    private static string OsImage()
    {
        if (!File.Exists("/etc/os-release"))
            return "Linux";
        string? line = File.ReadLines("/etc/os-release").FirstOrDefault(text => text.StartsWith("PRETTY_NAME=", StringComparison.Ordinal));
        return line is null ? "Linux" : line["PRETTY_NAME=".Length..].Trim('"');
    }

    private static string ReadLine(string file) => File.Exists(file) ? File.ReadLines(file).FirstOrDefault("") : "";
}
