// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Api;

/// <summary>What somebody wants to have installed.</summary>
public sealed record InstallationSpec
{
    public required string Package { get; init; }

    public required string Version { get; init; }

    /// <summary><c>sha256:…</c> of the package's document, which <see cref="RecordStore"/> keeps beside the installation.</summary>
    public required string Digest { get; init; }

    public string Repository { get; init; } = "";

    /// <summary>In an installation without those that are secret.</summary>
    public JsonObject Options { get; init; } = [];

    /// <summary>The digest of the options that are secret, which <see cref="SecretRecords"/> keeps beside the installation; empty: there are none.</summary>
    public string Secrets { get; init; } = "";

    /// <summary>What makes releases with secrets in them impossible to guess by their digest; empty where there are none. Not written into an installation.</summary>
    public string Salt { get; init; } = "";

    /// <summary>Names that lead to each option that was kept secret, whatever its package says of it now. Not written into an installation.</summary>
    public IReadOnlyList<string[]> SecretPaths { get; init; } = [];

    /// <summary>How often the same was asked for again because it had not become healthy; each is a revision of its own.</summary>
    public long Attempt { get; init; }

    /// <summary>The same, to be applied once more: it was given up, or what it made was changed by others since.</summary>
    public InstallationSpec Again() => this with { Attempt = Attempt + 1 };

    /// <summary>Empty: the cluster that has the installation.</summary>
    public IReadOnlyList<ClusterTarget> Clusters { get; init; } = [];

    public long TimeoutSeconds { get; init; } = 300;

    /// <summary>Whether what does not become healthy makes room again for what was there before.</summary>
    public bool RollsBack { get; init; } = true;

    public static InstallationSpec Read(JsonObject spec) => new()
    {
        Package = spec.String("package") ?? "", Version = spec.String("version") ?? "", Digest = spec.String("digest") ?? "", Repository = spec.String("repository") ?? "",
        Options = spec.Object("options") ?? [], Secrets = spec.String("secrets") ?? "",
        Clusters = [.. (spec.Array("clusters") ?? []).OfType<JsonObject>().Select(item => new ClusterTarget(item.String("name") ?? "", item.Object("options") ?? []))],
        Attempt = spec.Integer("attempt") ?? 0, TimeoutSeconds = spec.Integer("timeoutSeconds") ?? 300, RollsBack = spec.String("onFailure") != "Stay",
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["package"] = Package, ["version"] = Version, ["digest"] = Digest, ["options"] = Options.DeepClone(), ["timeoutSeconds"] = TimeoutSeconds,
            ["onFailure"] = RollsBack ? "Rollback" : "Stay",
            ["clusters"] = new JsonArray([.. Clusters.Select(target => (JsonNode)new JsonObject { ["name"] = target.Name, ["options"] = target.Options.DeepClone() })]),
        };
        if (Repository.Length > 0)
            json["repository"] = Repository;
        if (Secrets.Length > 0)
            json["secrets"] = Secrets;
        if (Attempt > 0)
            json["attempt"] = Attempt;
        return json;
    }

    /// <summary>The clusters by name.</summary>
    /// <param name="self">The cluster that has the installation.</param>
    public IEnumerable<string> ClusterNames(string self) => Clusters.Count == 0 ? [self] : Clusters.Select(target => target.Name);

    /// <summary>The options for one cluster, without the package's defaults.</summary>
    public JsonObject OptionsFor(string cluster) =>
        Clusters.FirstOrDefault(target => target.Name == cluster) is { } overlay ? OptionMerge.Merge(Options, overlay.Options) : (JsonObject)Options.DeepClone();
}
