// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;

namespace Pelago.Client.Local;

/// <summary>
/// Where a local Pelago keeps its state: <c>--home</c>, else <c>PELAGO_HOME</c>, else <c>~/.pelago</c>. Only names places; creates nothing.
/// </summary>
public sealed class PelagoHome(string root)
{
    /// <summary>In the directory of a cluster: all its objects, and its keys and certificates.</summary>
    public const string StateFileName = "state.db", CredentialsName = "pki";

    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Written by the daemon (mode 0600); absent when it ended in order.</summary>
    public string DaemonFile => Path.Combine(Root, "daemon.json");

    /// <summary>Locked for as long as a daemon runs on this home.</summary>
    public string LockFile => Path.Combine(Root, "daemon.lock");

    /// <summary>Who holds <see cref="LockFile"/>: the process id and its start, as in <see cref="DaemonRecord"/>.</summary>
    public string HolderFile => Path.Combine(Root, "daemon.pid");
    public string LogFile => Path.Combine(Root, "pelagod.log");

    /// <summary>The log before it, when that had grown long.</summary>
    public string OlderLogFile => LogFile + ".1";

    /// <summary>All clusters of this home in one kubeconfig.</summary>
    public string Kubeconfig => Path.Combine(Root, "kubeconfig");

    /// <summary>Where the page is, and the key by which it knows login links (mode 0600).</summary>
    public string PageFile => Path.Combine(Root, "page.json");
    public string ClustersDirectory => Path.Combine(Root, "clusters");

    public static PelagoHome Resolve(string? option)
    {
        string? chosen = string.IsNullOrEmpty(option) ? Environment.GetEnvironmentVariable("PELAGO_HOME") : option;
        return new PelagoHome(string.IsNullOrEmpty(chosen)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pelago")
            : chosen);
    }

    public string ClusterDirectory(string cluster) => Path.Combine(ClustersDirectory, cluster);

    public string ClusterSettingsFile(string cluster) => Path.Combine(ClusterDirectory(cluster), "cluster.json");

    /// <summary>All objects of a cluster.</summary>
    public string ClusterStateFile(string cluster) => Path.Combine(ClusterDirectory(cluster), StateFileName);

    /// <summary>Keys and certificates of a cluster, in a directory.</summary>
    public string ClusterCredentials(string cluster) => Path.Combine(ClusterDirectory(cluster), CredentialsName);

    public string ClusterKubeconfig(string cluster) => Path.Combine(ClusterDirectory(cluster), "kubeconfig");

    /// <summary>The process that holds this home, from its first moment to its last one; null when there is none.</summary>
    public int? ReadHolder()
    {
        try
        {
            string[] words = File.ReadAllText(HolderFile).Split(' ', StringSplitOptions.TrimEntries);
            return words.Length == 2 && int.TryParse(words[0], out int pid) && ulong.TryParse(words[1], out ulong start) && new ProcessIdentity(pid, start).IsAlive() ? pid : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What a cluster was last started with; null when that is not known.</summary>
    public ClusterSettings? ReadSettings(string cluster)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(ClusterSettingsFile(cluster)), LocalJson.Default.ClusterSettings);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Where the page is or was last; null when that is not known.</summary>
    public PageSettings? ReadPage()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PageFile), LocalJson.Default.PageSettings);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The names of the clusters that were ever started here and not forgotten, in order.</summary>
    public IReadOnlyList<string> ClusterNames() => Directory.Exists(ClustersDirectory)
        ? [.. Directory.EnumerateDirectories(ClustersDirectory).Select(path => Path.GetFileName(path)).OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal)]
        : [];

    /// <summary>True when <see cref="DaemonFile"/> is there and is not what a daemon writes, which nobody but a hand or a disk does: it is replaced as a whole.</summary>
    public bool IsDaemonFileDamaged()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(DaemonFile), LocalJson.Default.DaemonRecord) is null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    /// <summary>What the running daemon wrote; null when there is none, or when what is there was left by one that is gone.</summary>
    public DaemonRecord? ReadDaemon()
    {
        try
        {
            DaemonRecord? record = JsonSerializer.Deserialize(File.ReadAllBytes(DaemonFile), LocalJson.Default.DaemonRecord);
            return record is not null && record.IsAlive() ? record : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
