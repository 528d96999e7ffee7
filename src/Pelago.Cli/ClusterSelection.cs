// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Completion;
using Pelago.Cli.Fleet;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli;

/// <summary>Which clusters a command is about: those of the home, or whatever a kubeconfig reaches.</summary>
internal sealed class ClusterSelection
{
    private readonly Option<string?> _cluster = new("--cluster") { Description = "Only this cluster, or several: a,b (default: the one of the home)", HelpName = "C" };
    private readonly Option<bool> _all = new("--all-clusters") { Description = "All clusters of the home, and those that were added to its fleet" };
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "A cluster anywhere: the current context of this file, or the contexts that --cluster names", HelpName = "FILE" };
    private readonly Option<string?> _context = new("--context") { Description = "This context of the kubeconfig (default file: $KUBECONFIG, else ~/.kube/config)", HelpName = "C" };

    public void AddTo(Command command)
    {
        _cluster.CompletionSources.Add(ClusterNames.Offer);
        foreach (Option option in new Option[] { _cluster, _all, _kubeconfig, _context })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_all) && result.GetValue(_cluster) is not null)
                result.AddError("--all-clusters means each of them: leave --cluster out");
        });
    }

    /// <summary>
    /// Connections to the clusters, in the order of the line; nothing is asked of them yet. Only where a name is none of the home's, or all are meant, the
    /// home is asked for the clusters of its fleet.
    /// </summary>
    /// <param name="usual">The clusters <c>a,b</c> where the line names none; null: those of the settings.</param>
    public async Task<IReadOnlyList<HttpKubeApi>> ConnectAsync(ParseResult parsed, CancellationToken cancel, string? usual = null) => (await ChooseAsync(parsed, usual, cancel)).Clusters;

    /// <summary>
    /// The same, and the cluster that keeps what is about several: the first one of the line, or the home's first where one of the fleet is among them, for
    /// only there all are known.
    /// </summary>
    public async Task<(HttpKubeApi Keeper, IReadOnlyList<HttpKubeApi> Clusters)> ConnectWithKeeperAsync(ParseResult parsed, CancellationToken cancel)
    {
        (IReadOnlyList<HttpKubeApi> clusters, string? first) = await ChooseAsync(parsed, null, cancel);
        HttpKubeApi keeper = first is null ? clusters[0] : clusters.FirstOrDefault(cluster => cluster.Cluster == first) ?? FleetHub.Connect(CommandOptions.HomeOf(parsed), first);
        return (keeper, clusters);
    }

    /// <summary>The connections; and where clusters of the fleet are among them the home's first, which knows them.</summary>
    private async Task<(IReadOnlyList<HttpKubeApi> Clusters, string? First)> ChooseAsync(ParseResult parsed, string? usual, CancellationToken cancel)
    {
        bool all = parsed.GetValue(_all);
        string[] named = Split(parsed.GetValue(_cluster) ?? (all || parsed.GetValue(_context) is not null ? null : usual));
        string? file = parsed.GetValue(_kubeconfig), context = parsed.GetValue(_context);
        if (file is not null || context is not null)
        {
            var config = Kubeconfig.Load(file);
            if (context is not null)
                named = [.. named, context];
            return (named.Length == 0 ? [Api(config, null)] : [.. named.Distinct().Select(name => Api(config, name))], null);
        }

        PelagoHome home = CommandOptions.HomeOf(parsed);
        IReadOnlyList<string> known = home.ClusterNames();
        if (named.Length == 0 && !all)
            named = Split(CliSettings.Of(home)["cluster"]);
        // Who has no cluster and names none means the one that kubectl means.
        if (named.Length == 0 && !all && !CommandOptions.NamesHome(parsed) && known.Count == 0 && Kubeconfig.FilesOfVariable().Any(File.Exists))
            return ([Api(Kubeconfig.Load(null), null)], null);
        if (known.Count == 0 || (named.Length == 0 ? !all : named.All(known.Contains)))
            return ([.. NamesIn(home, known, named, all).Select(name => FleetHub.Connect(home, name))], null);

        using FleetHub hub = FleetHub.Of(parsed);
        bool isEach = named.Length == 0;
        Dictionary<string, KubeObject> added = (await AddedAsync(hub, isEach, cancel)).Where(cluster => !known.Contains(cluster.Name)).ToDictionary(cluster => cluster.Name);
        var clusters = new List<HttpKubeApi>();
        foreach (string name in NamesIn(home, [.. known, .. added.Keys], named, all))
        {
            if (known.Contains(name))
                clusters.Add(FleetHub.Connect(home, name));
            else if (await ReachAsync(hub, added[name], isEach, cancel) is { } cluster)
                clusters.Add(cluster);
        }

        return (clusters, clusters.TrueForAll(cluster => known.Contains(cluster.Cluster)) ? null : known[0]);
    }

    /// <summary>The fleet's Cluster objects. Where all clusters are meant, those of the home can do without them.</summary>
    private static async Task<IReadOnlyList<KubeObject>> AddedAsync(FleetHub hub, bool isEach, CancellationToken cancel)
    {
        try
        {
            return await hub.ListAsync(cancel);
        }
        catch (Exception unknown) when (isEach && unknown is ClusterUnreachableException or ApiStatusException)
        {
            Console.Error.WriteLine($"pelago: which clusters were added to the fleet is not known: {unknown.Message}");
            return [];
        }
    }

    /// <summary>Null, where all are meant, for one whose credentials are not there or cannot be used: it keeps nobody from the others.</summary>
    private static async Task<HttpKubeApi?> ReachAsync(FleetHub hub, KubeObject cluster, bool isEach, CancellationToken cancel)
    {
        try
        {
            return await hub.ConnectAsync(cluster, cancel);
        }
        catch (Exception unusable) when (isEach && unusable is ClusterUnreachableException or ApiStatusException or KubeconfigException)
        {
            Console.Error.WriteLine($"pelago: cluster {cluster.Name} of the fleet is left out: {unusable.Message}");
            return null;
        }
    }

    private static string[] Split(string? clusters) => (clusters ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IReadOnlyList<string> NamesIn(PelagoHome home, IReadOnlyList<string> known, string[] named, bool all)
    {
        if (known.Count == 0)
            throw new CliException($"no cluster was ever started in {home.Root}: run '{Invocation.Of(home)} up' first, or name a cluster elsewhere with --kubeconfig FILE", ExitCode.NothingMatched);
        if (named.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            string near = Spelling.Nearest(unknown, known) is { } guess ? $". Did you mean {guess}?" : "";
            throw new CliException($"no cluster {unknown} in {home.Root}; there are: {string.Join(", ", known)}{near}", ExitCode.NothingMatched);
        }

        if (named.Length > 0)
            return [.. named.Distinct()];
        return all || known.Count == 1
            ? known
            : throw new CliException($"{home.Root} has several clusters ({string.Join(", ", known)}): say which one with --cluster NAME, or --all-clusters", ExitCode.Usage);
    }

    private static HttpKubeApi Api(Kubeconfig config, string? context) => new(config.Connect(context, TimeProvider.System), ServerWarnings.Told(HttpKubeApiOptions.Default), TimeProvider.System);
}
