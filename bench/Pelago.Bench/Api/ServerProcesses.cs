// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;

namespace Pelago.Bench.Api;

/// <summary>
/// The processes that an API server's work is done by, found by their sockets: the one that listens on its port, those behind it (etcd), and
/// those that are its clients all the time (controllers, scheduler, kubelet). Of processes of others the sockets are seen by root only.
/// </summary>
internal sealed class ServerProcesses
{
    private const int TicksPerSecond = 100;
    private readonly IReadOnlyList<int> _pids;

    private ServerProcesses(IReadOnlyList<int> pids) => _pids = pids;

    public IReadOnlyList<string> Names => [.. _pids.Select(NameOf)];

    /// <summary>Processor time of all of them so far, in seconds.</summary>
    public double CpuSeconds => _pids.Sum(pid => Fields(pid) is { } fields ? (long.Parse(fields[11]) + long.Parse(fields[12])) / (double)TicksPerSecond : 0);

    /// <summary>Resident memory of all of them, in bytes.</summary>
    public long ResidentBytes => _pids.Sum(pid => Fields(pid) is { } fields ? long.Parse(fields[21]) * Environment.SystemPageSize : 0);

    public static ServerProcesses Of(int port)
    {
        IReadOnlyList<Connection> connections = Connections();
        Dictionary<long, int> owners = Owners();
        int? Owner(Connection connection) => owners.TryGetValue(connection.Inode, out int pid) ? pid : null;
        int server = connections.Where(each => each.Listens && each.LocalPort == port).Select(Owner).FirstOrDefault(pid => pid is not null)
            ?? throw new InvalidOperationException($"no process of this machine that may be looked at listens on port {port}: its processor time cannot be counted (root sees all processes)");
        IEnumerable<int?> behind = connections.Where(each => Owner(each) == server && !each.Listens && each.RemotePort != port)
            .SelectMany(each => connections.Where(other => other.Listens && other.LocalPort == each.RemotePort).Select(Owner));
        IEnumerable<int?> clients = connections.Where(each => each.RemotePort == port).Select(Owner);
        return new ServerProcesses([.. behind.Concat(clients).OfType<int>().Append(server).Distinct().Where(pid => pid != Environment.ProcessId).Order()]);
    }

    private static string NameOf(int pid) => $"{File.ReadAllText($"/proc/{pid}/comm").Trim()} ({pid})";

    /// <summary>The fields of <c>/proc/PID/stat</c> after the command's name; null when it is gone.</summary>
    private static string[]? Fields(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static List<Connection> Connections()
    {
        var found = new List<Connection>();
        foreach (string line in new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(file => File.ReadLines(file).Skip(1)))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            found.Add(new Connection(PortOf(fields[1]), PortOf(fields[2]), fields[3] == "0A", long.Parse(fields[9])));
        }

        return found;
    }

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber);

    private static Dictionary<long, int> Owners()
    {
        var owners = new Dictionary<long, int>();
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                foreach (string descriptor in Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")))
                {
                    if (new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
                        owners[long.Parse(target["socket:[".Length..^1])] = int.Parse(Path.GetFileName(process));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or belongs to somebody else.
            }
        }

        return owners;
    }

    private readonly record struct Connection(int LocalPort, int RemotePort, bool Listens, long Inode);
}
