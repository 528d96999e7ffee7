// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pelago.Daemon.State;

/// <summary>
/// The machine's address ranges, one slot per cluster, so that clusters of several homes and users do not collide. A slot is a file that names
/// the cluster's directory; it stays with the cluster until that directory is gone, for its pods outlive the daemon.
/// </summary>
internal sealed class AddressSlots(string directory)
{
    public const int Count = 60;

    public string Directory { get; } = directory;

    /// <summary>Shared by root's daemons; other users get their own ranges inside 127.0.0.0/8, counted per machine too.</summary>
    public static AddressSlots OfMachine() => new(Path.Combine(Path.GetTempPath(), Environment.IsPrivilegedProcess ? "pelago-slots" : $"pelago-slots-{Environment.UserName}"));

    /// <summary>The first slot that no other cluster has; null when all are taken.</summary>
    public int? Take(string clusterDirectory)
    {
        System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using FileStream gate = WaitForGate();
        for (int slot = 0; slot < Count; slot++)
        {
            string file = Path.Combine(Directory, $"slot-{slot}");
            string owner = File.Exists(file) ? File.ReadAllText(file) : "";
            bool free = owner.Length == 0 || owner == clusterDirectory || !System.IO.Directory.Exists(owner);
            if (!free || (owner != clusterDirectory && Overlaps(slot)))
                continue;
            File.WriteAllText(file, clusterDirectory);
            return slot;
        }

        return null;
    }

    /// <summary>Service addresses of a slot, when root: 10.96.0.0/16 and up.</summary>
    public static string ServiceCidr(int slot, bool privileged) => privileged ? $"10.{96 + slot}.0.0/16" : $"127.{64 + slot}.0.0/16";

    /// <summary>Pod addresses of a slot; each node of the cluster has a /24 of it.</summary>
    public static string PodCidr(int slot, bool privileged) => privileged ? $"10.{160 + slot}.0.0/16" : $"127.{128 + slot}.0.0/16";

    private FileStream WaitForGate()
    {
        string path = Path.Combine(Directory, "gate");
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 200)
            {
                // Held for a millisecond by another daemon that starts.
                new ManualResetEventSlim().Wait(10);
            }
        }
    }

    /// <summary>True when the machine already has an address inside the slot's ranges that is not ours to take.</summary>
    private static bool Overlaps(int slot) => Environment.IsPrivilegedProcess && NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(nic => nic.GetIPProperties().UnicastAddresses)
        .Where(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork)
        .Select(unicast => unicast.Address.GetAddressBytes())
        .Any(address => address[0] == 10 && (address[1] == 96 + slot || address[1] == 160 + slot));
}
