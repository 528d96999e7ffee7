// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Pelago.Client.Local;

namespace Pelago.Daemon.State;

/// <summary>
/// The machine's address ranges, one slot per cluster, so that clusters of several homes and users do not collide. A slot is a file that names
/// the cluster's directory; it stays with the cluster until that directory is gone, for its pods outlive the daemon.
/// </summary>
internal sealed class AddressSlots(string directory, int first = 0)
{
    public const int Count = 60;

    /// <summary>How far apart users begin.</summary>
    public const int PerUser = 7;

    /// <summary>
    /// Where root begins: before it lies 10.96.0.0/12, the services of every Kubernetes that was installed as usual. One on this machine may catch
    /// them by rules that neither an address nor a route shows.
    /// </summary>
    private const int AfterUsualServices = 16;

    public string Directory { get; } = directory;

    /// <summary>
    /// Shared by root's daemons, and kept over a restart of the machine, because stored Services hold addresses of the slot. Every other user has a
    /// directory of his own, and begins at a slot of his own: users with neighbouring ids meet after <see cref="PerUser"/> clusters.
    /// </summary>
    public static AddressSlots OfMachine() => new(
        Environment.IsPrivilegedProcess ? "/var/lib/pelago/slots" : Path.Combine(Path.GetTempPath(), $"pelago-slots-{Environment.UserName}"),
        Environment.IsPrivilegedProcess ? AfterUsualServices : (int)(UnixFile.CurrentUser * (long)PerUser % Count));

    /// <summary>The slot that the cluster has already, or the first that no other one has; null when all are taken.</summary>
    public int? Take(string clusterDirectory)
    {
        System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (UnixFile.Of(Directory) is { } owner && owner != UnixFile.CurrentUser)
            throw new DaemonException($"{Directory} belongs to another user, so it cannot say which addresses are free; have it removed");
        using FileStream gate = WaitForGate();
        for (int slot = 0; slot < Count; slot++)
        {
            if (OwnerOf(slot) == clusterDirectory)
                return slot;
        }

        for (int i = 0; i < Count; i++)
        {
            int slot = (first + i) % Count;
            if (System.IO.Directory.Exists(OwnerOf(slot)) || Overlaps(slot))
                continue;
            AtomicFile.Write(FileOf(slot), System.Text.Encoding.UTF8.GetBytes(clusterDirectory));
            return slot;
        }

        return null;
    }

    /// <summary>Service addresses of a slot, when root: 10.96.0.0/16 and up.</summary>
    public static string ServiceCidr(int slot, bool privileged) => privileged ? $"10.{96 + slot}.0.0/16" : $"127.{64 + slot}.0.0/16";

    /// <summary>Pod addresses of a slot; each node of the cluster has a /24 of it.</summary>
    public static string PodCidr(int slot, bool privileged) => privileged ? $"10.{160 + slot}.0.0/16" : $"127.{128 + slot}.0.0/16";

    /// <summary>The bridge that the pods of the slot's cluster are plugged into.</summary>
    public static string BridgeName(int slot) => $"pelago{slot}";

    private string FileOf(int slot) => Path.Combine(Directory, $"slot-{slot}");

    private string OwnerOf(int slot) => File.Exists(FileOf(slot)) ? File.ReadAllText(FileOf(slot)) : "";

    private FileStream WaitForGate()
    {
        string path = Path.Combine(Directory, "gate");
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException taken) when (HomeLock.IsHeld(taken) && attempt < 200)
            {
                // Held for a millisecond by another daemon that starts.
                new ManualResetEventSlim().Wait(10);
            }
        }
    }

    /// <summary>
    /// True when the machine already has an address or a route inside the slot's ranges that is not ours to take. The bridge that a cluster has left
    /// behind, with nothing plugged in, is: whoever takes the slot takes it over.
    /// </summary>
    private static bool Overlaps(int slot) => Environment.IsPrivilegedProcess && Addresses().Concat(Routes())
        .Where(used => used.Interface != BridgeName(slot) || !IsEmptyBridge(used.Interface))
        .Select(used => used.Address.GetAddressBytes())
        .Any(address => address[0] == 10 && (address[1] == 96 + slot || address[1] == 160 + slot));

    private static IEnumerable<(string Interface, IPAddress Address)> Addresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(nic => nic.GetIPProperties().UnicastAddresses.Select(unicast => (nic.Name, unicast.Address)))
        .Where(used => used.Address.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>Of /proc/net/route: the first column is the interface, the second the network as a number in this machine's order of bytes.</summary>
    private static IEnumerable<(string Interface, IPAddress Address)> Routes() => File.ReadLines("/proc/net/route").Skip(1)
        .Select(line => line.Split('\t'))
        .Select(columns => (columns[0], new IPAddress(uint.Parse(columns[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

    private static bool IsEmptyBridge(string name)
    {
        string ports = $"/sys/class/net/{name}/brif";
        return System.IO.Directory.Exists(ports) && !System.IO.Directory.EnumerateFileSystemEntries(ports).Any();
    }
}
