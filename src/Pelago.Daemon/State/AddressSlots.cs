// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Daemon.State;

/// <summary>
/// The machine's address ranges, one slot per cluster, so that clusters of several homes and users do not collide. A slot is a file that names
/// the cluster's directory; it stays with the cluster until that directory is gone, for its pods outlive the daemon. A cluster whose file was lost asks
/// for the slot that it had: stored Services hold addresses of it.
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

    /// <summary>A route broader than that leads to all slots alike, as the default route does: a more specific one may take from it.</summary>
    private const int LeastPrefix = 9;

    public string Directory { get; } = directory;

    /// <summary>
    /// Shared by root's daemons, and kept over a restart of the machine, where a directory for what is temporary is not. Every other user has a
    /// directory of his own, and begins at a slot of his own: users with neighbouring ids meet after <see cref="PerUser"/> clusters.
    /// </summary>
    public static AddressSlots OfMachine() => new(
        Environment.IsPrivilegedProcess ? "/var/lib/pelago/slots" : OfUser(),
        Environment.IsPrivilegedProcess ? AfterUsualServices : (int)(UnixFile.CurrentUser * (long)PerUser % Count));

    /// <summary>
    /// The slot that the cluster has already, or else the one that it had, when it is nobody's, or the first that no other one has; null when all are taken.
    /// </summary>
    public int? Take(string clusterDirectory, int? before = null)
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

        foreach (int slot in Enumerable.Range(0, Count).Select(i => (first + i) % Count).Prepend(before ?? first))
        {
            if (System.IO.Directory.Exists(OwnerOf(slot)) || Overlaps(slot))
                continue;
            AtomicFile.Write(FileOf(slot), System.Text.Encoding.UTF8.GetBytes(clusterDirectory));
            return slot;
        }

        return null;
    }

    /// <summary>
    /// In the user's home; in what is temporary where he has none, and for as long as clusters of earlier versions are written down there.
    /// </summary>
    private static string OfUser()
    {
        string temporary = Path.Combine(Path.GetTempPath(), $"pelago-slots-{Environment.UserName}");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        bool isOwn = home.Length > 0 && System.IO.Directory.Exists(home) && UnixFile.Of(home) == UnixFile.CurrentUser;
        return isOwn && !System.IO.Directory.Exists(temporary) ? Path.Combine(home, ".local", "state", "pelago", "slots") : temporary;
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
    /// True when the machine has an address or a route already that shares addresses with the slot's ranges and is not ours to take. The bridge that a
    /// cluster has left behind, with nothing plugged in, is: whoever takes the slot takes it over.
    /// </summary>
    private static bool Overlaps(int slot)
    {
        if (!Environment.IsPrivilegedProcess)
            return false;
        Cidr4[] ranges = [Cidr4.Parse(ServiceCidr(slot, privileged: true)), Cidr4.Parse(PodCidr(slot, privileged: true))];
        return Addresses().Concat(Routes()).Any(used =>
            Array.Exists(ranges, range => range.Overlaps(used.Network)) && (used.Interface != BridgeName(slot) || !IsEmptyBridge(used.Interface)));
    }

    private static IEnumerable<(string Interface, Cidr4 Network)> Addresses() => MachineAddresses.Read()
        .Where(used => used.Address.AddressFamily == AddressFamily.InterNetwork)
        .Select(used => (used.Interface, Cidr4.Parse($"{used.Address}/32")));

    /// <summary>Of /proc/net/route (proc(5)): columns 1, 2 and 8 are interface, network and mask, both in the machine's order of bytes.</summary>
    private static List<(string Interface, Cidr4 Network)> Routes()
    {
        try
        {
            return [.. File.ReadLines("/proc/net/route").Skip(1).Select(line => line.Split('\t'))
                .Select(columns => (Interface: columns[0], Network: new IPAddress(Number(columns[1])), Prefix: BitOperations.PopCount(Number(columns[7]))))
                .Where(route => route.Prefix >= LeastPrefix)
                .Select(route => (route.Interface, Cidr4.Parse($"{route.Network}/{route.Prefix}")))];
        }
        catch (IOException)
        {
            return []; // Not everybody is shown it: addresses alone have to do.
        }
    }

    private static uint Number(string hex) => uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static bool IsEmptyBridge(string name)
    {
        string ports = $"/sys/class/net/{name}/brif";
        if (!System.IO.Directory.Exists(ports))
            return false;
        try
        {
            return !System.IO.Directory.EnumerateFileSystemEntries(ports).Any();
        }
        catch (DirectoryNotFoundException)
        {
            return true; // whoever left it behind took it away in this moment
        }
    }
}
