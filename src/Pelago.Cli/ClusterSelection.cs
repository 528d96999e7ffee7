// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Completion;
using Pelago.Cli.Fleet;
using Pelago.Client;
using Pelago.Client.Local;

namespace Pelago.Cli;

/// <summary>Which clusters a command is about: those of the home, or whatever a kubeconfig reaches.</summary>
internal sealed class ClusterSelection
{
    private readonly Option<string?> _cluster = new("--cluster") { Description = "Only this cluster, or several: a,b (default: the one of the home)", HelpName = "C" };
    private readonly Option<bool> _all = new("--all-clusters") { Description = "All clusters of the home" };
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "A cluster anywhere: the current context of this file, or the contexts that --cluster names", HelpName = "FILE" };
    private readonly Option<string?> _context = new("--context") { Description = "This context of the kubeconfig (default file: $KUBECONFIG, else ~/.kube/config)", HelpName = "C" };

    public void AddTo(Command command)
    {
        _cluster.CompletionSources.Add(ClusterNames.Offer);
        foreach (Option option in new Option[] { _cluster, _all, _kubeconfig, _context })
            command.Options.Add(option);
    }

    /// <summary>Connections to the clusters, in the order of the line; nothing is asked of them yet.</summary>
    public IReadOnlyList<HttpKubeApi> Connect(ParseResult parsed)
    {
        string[] named = Split(parsed.GetValue(_cluster));
        string? file = parsed.GetValue(_kubeconfig), context = parsed.GetValue(_context);
        if (file is not null || context is not null)
        {
            var config = Kubeconfig.Load(file);
            if (context is not null)
                named = [.. named, context];
            return named.Length == 0 ? [Api(config, null)] : [.. named.Distinct().Select(name => Api(config, name))];
        }

        PelagoHome home = CommandOptions.HomeOf(parsed);
        bool all = parsed.GetValue(_all);
        if (named.Length == 0 && !all)
            named = Split(CliSettings.Of(home)["cluster"]);
        // Who has no cluster and names none means the one that kubectl means.
        if (named.Length == 0 && !all && !CommandOptions.NamesHome(parsed) && home.ClusterNames().Count == 0 && Kubeconfig.FilesOfVariable().Any(File.Exists))
            return [Api(Kubeconfig.Load(null), null)];
        return [.. NamesIn(home, home.ClusterNames(), named, all).Select(name => Api(Kubeconfig.Load([home.ClusterKubeconfig(name)], mustExist: true), null))];
    }

    /// <summary>
    /// Connections to clusters that may also be those that were added to the home's fleet, in the order of the line; and to the one that keeps what is about
    /// several: the first one named, or the home's first where one of the fleet is among them, for only there all are known.
    /// </summary>
    public async Task<(HttpKubeApi Keeper, IReadOnlyList<HttpKubeApi> Clusters)> ConnectFleetAsync(ParseResult parsed, CancellationToken cancel)
    {
        string[] named = [.. Split(parsed.GetValue(_cluster)).Distinct()];
        PelagoHome home = CommandOptions.HomeOf(parsed);
        IReadOnlyList<string> known = home.ClusterNames();
        bool isElsewhere = parsed.GetValue(_kubeconfig) is not null || parsed.GetValue(_context) is not null;
        if (isElsewhere || known.Count == 0 || named.All(known.Contains))
        {
            IReadOnlyList<HttpKubeApi> ours = Connect(parsed);
            return (ours[0], ours);
        }

        using FleetHub hub = FleetHub.Of(parsed);
        IReadOnlyList<string> added = [.. (await hub.ListAsync(cancel)).Select(cluster => cluster.Name)];
        NamesIn(home, [.. known, .. added], named, all: false);
        var clusters = new List<HttpKubeApi>();
        foreach (string name in named)
            clusters.Add(known.Contains(name) ? FleetHub.Connect(home, name) : await hub.ConnectAsync(name, cancel));
        return (clusters.Find(cluster => cluster.Cluster == known[0]) ?? FleetHub.Connect(home, known[0]), clusters);
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

    private static HttpKubeApi Api(Kubeconfig config, string? context) => new(config.Connect(context, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
}
