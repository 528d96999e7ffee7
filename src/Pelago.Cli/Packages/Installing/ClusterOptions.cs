// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Packages.Api;
using Pelago.Packages.Options;

namespace Pelago.Cli.Packages.Installing;

/// <summary>Options that are for one of several clusters: <c>--set-on pelago-2:replicas=3</c>.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string[]> _set = new("--set-on") { Description = "One option on one cluster; may be given several times", HelpName = "CLUSTER:PATH=VALUE" };

    public ClusterOptions() => _set.Validators.Add(result =>
    {
        foreach (string given in result.Tokens.Select(token => token.Value).Where(given => !TryRead(given, [], out _)))
            result.AddError($"--set-on {given}: must be CLUSTER:PATH=VALUE, as in pelago-2:service.cpus=2");
    });

    public void AddTo(Command command) => command.Options.Add(_set);

    /// <summary>The targets with what the line says for each laid over what they had.</summary>
    public IReadOnlyList<ClusterTarget> Read(ParseResult parsed, IReadOnlyList<ClusterTarget> targets)
    {
        ClusterTarget[] all = [.. targets.Select(target => new ClusterTarget(target.Name, (JsonObject)target.Options.DeepClone()))];
        foreach (string given in parsed.GetValue(_set) ?? [])
        {
            string cluster = given[..given.IndexOf(':', StringComparison.Ordinal)];
            ClusterTarget target = all.FirstOrDefault(one => one.Name == cluster)
                ?? throw new CliException($"--set-on {given}: {cluster} is not among the clusters that this is for ({(all.Length == 0 ? "one alone: use --set" : string.Join(", ", all.Select(one => one.Name)))})", ExitCode.Usage);
            TryRead(given, target.Options, out _);
        }

        return all;
    }

    private static bool TryRead(string given, JsonObject options, out string cluster)
    {
        int colon = given.IndexOf(':', StringComparison.Ordinal);
        cluster = colon > 0 ? given[..colon] : "";
        return colon > 0 && OptionPath.TrySet(options, given[(colon + 1)..]);
    }
}
