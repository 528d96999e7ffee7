// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.Daemon.State;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>Whether state can live where it is asked to.</summary>
internal static class HomeChecks
{
    private const long Least = 64L << 20;
    private const long Comfortable = 1L << 30;
    private static readonly string[] NetworkFileSystems = ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs", "fuse.glusterfs"];

    public static IEnumerable<DoctorCheck> All(PelagoHome home)
    {
        string at = NearestExisting(home.Root);
        yield return Owner(home, at);
        DriveInfo? drive = FileSystemOf(at);
        if (drive is not null)
        {
            yield return Space(home, drive);
            yield return Kind(drive);
        }

        yield return Slots();
    }

    private static DoctorCheck Owner(PelagoHome home, string at)
    {
        if (File.Exists(home.Root))
            return DoctorCheck.Fail("home", $"{home.Root} is a file, not a directory", "choose another home: --home DIR or PELAGO_HOME=DIR");
        uint? owner = UnixFile.Of(home.Root);
        if (owner is not null && owner != UnixFile.CurrentUser)
        {
            return DoctorCheck.Fail(
                "home", $"{home.Root} belongs to user {owner}, and this is user {UnixFile.CurrentUser}",
                "run pelago as that user, or choose another home: --home DIR or PELAGO_HOME=DIR");
        }

        return IsWritable(at)
            ? DoctorCheck.Ok("home", Directory.Exists(home.Root) ? $"{home.Root} is writable" : $"{home.Root} can be made")
            : DoctorCheck.Fail("home", $"{at} is not writable for user {UnixFile.CurrentUser}", $"choose another home: --home DIR or PELAGO_HOME=DIR, or: chown -R {UnixFile.CurrentUser} {home.Root}");
    }

    private static DoctorCheck Space(PelagoHome home, DriveInfo drive)
    {
        string says = $"{ByteCount.Of(drive.AvailableFreeSpace)} free for {home.Root} on {drive.Name}";
        string fix = $"free some space on {drive.Name}, or choose a home on another disk (--home DIR): a cluster begins with about 40 MiB";
        return drive.AvailableFreeSpace switch
        {
            < Least => DoctorCheck.Fail("disk", says, fix),
            < Comfortable => DoctorCheck.Warn("disk", says, fix),
            _ => DoctorCheck.Ok("disk", says),
        };
    }

    private static DoctorCheck Kind(DriveInfo drive)
    {
        string kind = drive.DriveFormat;
        return NetworkFileSystems.Contains(kind, StringComparer.OrdinalIgnoreCase)
            ? DoctorCheck.Fail("file-system", $"{drive.Name} is on the network ({kind}): its locks and its write order cannot be relied on", "choose a home on a local disk: --home DIR or PELAGO_HOME=DIR")
            : DoctorCheck.Ok("file-system", $"{kind}, on this machine");
    }

    private static DoctorCheck Slots()
    {
        string directory = AddressSlots.OfMachine().Directory;
        return IsWritable(NearestExisting(directory))
            ? DoctorCheck.Ok("addresses", $"ranges of clusters are noted in {directory}")
            : DoctorCheck.Fail("addresses", $"{directory}, which notes the address ranges of this machine's clusters, is not writable", $"chown -R {UnixFile.CurrentUser} {directory}, or set TMPDIR to a directory of your own");
    }

    private static string NearestExisting(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
            path = parent;
        return path;
    }

    private static bool IsWritable(string directory)
    {
        string probe = Path.Combine(directory, $".pelago-doctor-{Environment.ProcessId}");
        try
        {
            using FileStream file = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static DriveInfo? FileSystemOf(string path) => DriveInfo.GetDrives()
        .Where(drive => drive.IsReady && (path == drive.Name || path.StartsWith(drive.Name.TrimEnd('/') + "/", StringComparison.Ordinal)))
        .MaxBy(drive => drive.Name.Length);
}
