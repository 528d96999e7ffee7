// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.Node.Containerd;

namespace Pelago.Daemon.Running;

/// <summary>Which clusters a home has and where they are: what was asked for now, over what they were before.</summary>
internal sealed class ClusterPlan(PelagoHome home, AddressSlots slots)
{
    private const int DefaultPort = 6443;
    private const int FirstForAll = 1024;

    /// <summary>A node has a /24 of its cluster's /16.</summary>
    private const int MostNodes = 256;

    /// <summary>
    /// The clusters to start, their settings written down: at the port where each was before, until <see cref="Keep"/>, unless a port was asked for.
    /// </summary>
    public IReadOnlyList<ClusterSettings> Make(RunOptions options)
    {
        List<ClusterSettings> known = Known();
        int count = options.Clusters ?? Math.Max(1, known.Count);
        var plan = new List<ClusterSettings>(count);
        for (int i = 0; i < count; i++)
        {
            string name = $"pelago-{i + 1}";
            ClusterSettings? before = known.Find(cluster => cluster.Name == name);
            LostState.Refuse(home, name);
            plan.Add(Decide(name, i, before, options, known, plan));
        }

        // Only now: of what was refused nothing stays behind that the next start would take for a cluster.
        plan = Settle(plan);
        foreach (ClusterSettings settings in plan)
        {
            int? port = options.Port is > 0 ? null : known.Find(cluster => cluster.Name == settings.Name)?.Port;
            Write(settings with { Port = port ?? settings.Port });
        }
        return plan;
    }

    /// <summary>Writes down where clusters have gone, once that is about to be told: a start that fails before would have them gone in silence.</summary>
    public void Keep(IEnumerable<ClusterSettings> started)
    {
        foreach (ClusterSettings settings in started.Where(settings => home.ReadSettings(settings.Name) != settings))
            Write(settings);
    }

    private void Write(ClusterSettings settings) =>
        AtomicFile.Write(SettingsFile(settings.Name), JsonSerializer.SerializeToUtf8Bytes(settings, LocalJson.Default.ClusterSettings));

    /// <summary>Makes the directories of the clusters, to which the machine's address ranges are given.</summary>
    private List<ClusterSettings> Settle(List<ClusterSettings> plan)
    {
        var made = new List<string>();
        try
        {
            var settled = new List<ClusterSettings>(plan.Count);
            foreach (ClusterSettings settings in plan)
            {
                string directory = home.ClusterDirectory(settings.Name);
                bool isNew = !Directory.Exists(directory);
                if (isNew)
                {
                    Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                    made.Add(directory);
                }
                int slot = slots.Take(directory, isNew ? null : settings.Slot)
                    ?? throw new DaemonException($"all {AddressSlots.Count} address ranges of this machine are taken by other clusters; '{Invocation.Program} down --purge' in a home that is no longer needed frees some");
                settled.Add(settings with { Slot = slot });
            }
            return settled;
        }
        catch
        {
            made.ForEach(Directory.Delete);
            throw;
        }
    }

    private ClusterSettings Decide(string name, int index, ClusterSettings? before, RunOptions options, List<ClusterSettings> known, List<ClusterSettings> decided)
    {
        if (before is not null && options.Simulated == true && !before.Simulated)
            throw new DaemonException($"cluster {name} has nodes that run processes; simulated ones need a home of their own (--home DIR)");
        bool simulated = options.Simulated ?? before?.Simulated ?? false;
        int nodes = options.Nodes ?? before?.Nodes ?? 1;
        if (nodes > MostNodes && !simulated)
            throw new DaemonException($"cluster {name} cannot have {nodes} nodes that run processes: each has 256 addresses of its own, which is enough for {MostNodes}; --simulated takes more");
        return new ClusterSettings
        {
            Name = name,
            Port = PortOf(index, before, options, known, decided),
            Slot = before?.Slot ?? 0,
            Nodes = nodes,
            Simulated = simulated,
            Runtime = RuntimeOf(name, before, simulated, options),
        };
    }

    private string RuntimeOf(string name, ClusterSettings? before, bool simulated, RunOptions options)
    {
        string runtime = options.Runtime ?? (before ?? Known().Find(cluster => cluster.Simulated == simulated))?.Runtime ?? DefaultRuntime(simulated);
        if (before is not null && before.Runtime != runtime)
            throw new DaemonException($"cluster {name} runs its pods with the {before.Runtime} runtime; {runtime} needs a home of its own (--home DIR)");
        if (runtime == ClusterSettings.ContainerdRuntime && new ContainerdTools().Missing() is { Count: > 0 } missing)
            throw new DaemonException($"cluster {name} cannot run containers on this machine: {string.Join("; ", missing)}. --runtime process runs pods as processes");
        return runtime;
    }

    /// <summary>Containers where they can run. Simulated nodes run nothing, whatever is written down for them.</summary>
    private static string DefaultRuntime(bool simulated) =>
        !simulated && new ContainerdTools().AreUsable() ? ClusterSettings.ContainerdRuntime : ClusterSettings.ProcessRuntime;

    /// <param name="known">The clusters there were: each goes back to its port, and nobody is listening there yet.</param>
    /// <param name="decided">Those before this one, with the ports that they are to have.</param>
    private static int PortOf(int index, ClusterSettings? before, RunOptions options, List<ClusterSettings> known, List<ClusterSettings> decided)
    {
        if (options.Port is > 0)
            return Asked(options.Port.Value + index, index);
        HashSet<int> given = [.. decided.Select(other => other.Port)];
        // Clients keep the address in their kubeconfig: a cluster stays where it was unless somebody else is there now.
        if (before is not null && !given.Contains(before.Port) && LoopbackPorts.IsFree(before.Port))
            return before.Port;
        given.UnionWith(known.Where(other => other != before).Select(other => other.Port));
        if (options.Port is null && !given.Contains(DefaultPort + index) && LoopbackPorts.IsFree(DefaultPort + index))
            return DefaultPort + index;
        return new PickedPorts(given).Pick();
    }

    private static int Asked(int port, int index)
    {
        if (port > 65535)
            throw new DaemonException($"the API port of cluster pelago-{index + 1} would be {port}, and ports end at 65535: choose a lower --port");
        if (LoopbackPorts.IsFree(port))
            return port;
        throw port < FirstForAll && !PortOwner.HasListener(port)
            ? new DaemonException($"port {port}, asked for as the API port of cluster pelago-{index + 1}, is for root alone: choose a --port of {FirstForAll} or higher")
            : new DaemonException($"port {port}, asked for as the API port of cluster pelago-{index + 1}, is in use by {PortOwner.Describe(port)}: end it, choose another --port, or let '--port 0' pick a free one");
    }

    /// <summary>The clusters that this home had before; none where their settings cannot be read.</summary>
    public IReadOnlyList<ClusterSettings> TryKnown()
    {
        try
        {
            return Known();
        }
        catch (Exception e) when (e is DaemonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private List<ClusterSettings> Known()
    {
        var known = new List<ClusterSettings>();
        for (int i = 1; File.Exists(SettingsFile($"pelago-{i}")); i++)
        {
            string file = SettingsFile($"pelago-{i}");
            try
            {
                known.Add(JsonSerializer.Deserialize(File.ReadAllBytes(file), LocalJson.Default.ClusterSettings) ?? throw new JsonException("it is empty"));
            }
            catch (JsonException e)
            {
                throw new DaemonException($"{file} cannot be read ({e.Message}); restore it from a backup, or remove it to have new addresses chosen");
            }
        }

        return known;
    }

    private string SettingsFile(string cluster) => home.ClusterSettingsFile(cluster);
}
