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

    private readonly Option<string[]> _files = new("--options-on") { Description = "A file with options for one cluster; may be given several times", HelpName = "CLUSTER:FILE" };

    public ClusterOptions() => _set.Validators.Add(result =>
    {
        foreach (string given in result.Tokens.Select(token => token.Value).Where(given => !TryRead(given, [], out _)))
            result.AddError($"--set-on {given}: must be CLUSTER:PATH=VALUE, as in pelago-2:service.cpus=2");
    });

    /// <summary>Of which each may name the standard input.</summary>
    public Option Files => _files;

    public void AddTo(Command command)
    {
        _files.Validators.Add(result =>
        {
            foreach (string given in result.Tokens.Select(token => token.Value).Where(given => given.IndexOf(':', StringComparison.Ordinal) is var colon && (colon < 1 || colon == given.Length - 1)))
                result.AddError($"--options-on {given}: must be CLUSTER:FILE, as in pelago-2:berlin.yaml");
        });
        command.Options.Add(_files);
        command.Options.Add(_set);
    }

    /// <summary>The targets with what the line says for each laid over what they had.</summary>
    /// <param name="schema">As for <see cref="PackageOptions.Read"/>.</param>
    public IReadOnlyList<ClusterTarget> Read(ParseResult parsed, IReadOnlyList<ClusterTarget> targets, JsonObject? schema)
    {
        IReadOnlySet<string> texts = OptionForm.Texts(schema);
        ClusterTarget[] all = [.. targets.Select(target => new ClusterTarget(target.Name, (JsonObject)target.Options.DeepClone()))];
        foreach (string given in parsed.GetValue(_files) ?? [])
        {
            ClusterTarget target = Find(all, "--options-on", given);
            OptionMerge.MergeInto(target.Options, PackageOptions.ReadFile(given[(target.Name.Length + 1)..]));
        }

        foreach (string given in parsed.GetValue(_set) ?? [])
            TryRead(given, Find(all, "--set-on", given).Options, out _, texts);
        return all;
    }

    /// <summary>A fault of options, which names the flag that sets it right: where that is one of a cluster, the flag for this cluster.</summary>
    /// <param name="fault"><c>/service/cpus: RULE: …; set it with --set service.cpus=2</c>.</param>
    /// <param name="overlay">What was given for the cluster alone.</param>
    public static string Named(string fault, string cluster, JsonObject overlay)
    {
        int end = fault.IndexOf(": ", StringComparison.Ordinal);
        if (end < 1 || fault[0] != '/')
            return fault;
        JsonNode? at = overlay;
        foreach (string name in fault[1..end].Split('/'))
        {
            if (at is not JsonObject fields)
                break;
            if (!fields.TryGetPropertyValue(name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out at))
                return fault;
        }

        int flag = fault.LastIndexOf("--set ", StringComparison.Ordinal);
        return flag < 0 ? fault : $"{fault[..flag]}--set-on {cluster}:{fault[(flag + 6)..]}";
    }

    private static ClusterTarget Find(ClusterTarget[] all, string option, string given)
    {
        string cluster = given[..given.IndexOf(':', StringComparison.Ordinal)];
        return Array.Find(all, one => one.Name == cluster)
            ?? throw new CliException($"{option} {given}: {cluster} is not among the clusters that this is for ({(all.Length == 0 ? $"one alone: use {option[..^3]}" : string.Join(", ", all.Select(one => one.Name)))})", ExitCode.Usage);
    }

    private static bool TryRead(string given, JsonObject options, out string cluster, IReadOnlySet<string>? texts = null)
    {
        int colon = given.IndexOf(':', StringComparison.Ordinal);
        cluster = colon > 0 ? given[..colon] : "";
        return colon > 0 && OptionPath.TrySet(options, given[(colon + 1)..], texts);
    }
}
