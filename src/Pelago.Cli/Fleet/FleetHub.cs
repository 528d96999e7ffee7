// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Fleet;

/// <summary>The cluster that keeps the objects of the fleet: the first one of the home.</summary>
internal sealed class FleetHub(PelagoHome home, HttpKubeApi api) : IDisposable
{
    private const string FieldManager = "pelago-cluster";

    /// <summary>One that does not answer is told of soon: the hub goes on trying.</summary>
    private static readonly HttpKubeApiOptions Patience = ServerWarnings.Told(HttpKubeApiOptions.Default with { ConnectTimeout = TimeSpan.FromSeconds(3), MaxRetries = 0 });

    public IKubeApi Api => api;

    public PelagoHome Home => home;

    public static FleetHub Of(ParseResult parsed)
    {
        PelagoHome chosen = CommandOptions.HomeOf(parsed);
        string first = chosen.ClusterNames() is [var name, ..] ? name : throw new CliException($"no cluster was ever started in {chosen.Root}: '{Invocation.Of(chosen)} up --detach' starts the one that keeps the fleet", ExitCode.NothingMatched);
        return new FleetHub(chosen, Connect(chosen, first));
    }

    public static HttpKubeApi Connect(PelagoHome home, string cluster) =>
        new(Kubeconfig.Load([home.ClusterKubeconfig(cluster)], mustExist: true).Connect(null, TimeProvider.System), ServerWarnings.Told(HttpKubeApiOptions.Default), TimeProvider.System);

    /// <summary>The Cluster objects, by name; none before the first was added.</summary>
    public async Task<IReadOnlyList<KubeObject>> ListAsync(CancellationToken cancel)
    {
        ApiResult answer = await api.ListAsync(new ResourcePath(FleetApi.Clusters), ListQuery.Everything, cancel);
        if (answer.Error is { Code: 404 })
            return [];
        return [.. ListDocument.Parse(answer.BodyOrThrow()).Items.Select(item => KubeObject.Parse(item.ToArray())).OrderBy(cluster => cluster.Name, StringComparer.Ordinal)];
    }

    /// <summary>The object of that name, or a failure that names those there are.</summary>
    public async Task<KubeObject> FindAsync(string name, CancellationToken cancel)
    {
        IReadOnlyList<KubeObject> all = await ListAsync(cancel);
        foreach (KubeObject cluster in all.Where(cluster => cluster.Name == name))
            return cluster;
        if (home.ClusterNames().Contains(name))
            throw new CliException($"{name} is a cluster of {home.Root} itself, not one that was added: '{Invocation.Of(home)} down --purge' forgets those", ExitCode.Usage);
        string near = Spelling.Nearest(name, all.Select(cluster => cluster.Name)) is { } guess ? $". Did you mean {guess}?" : "";
        throw new CliException($"there is no cluster {name} in the fleet{(all.Count > 0 ? $"; there are: {string.Join(", ", all.Select(cluster => cluster.Name))}" : "")}{near}", ExitCode.NothingMatched);
    }

    /// <summary>A cluster of the fleet with the credentials that are kept of it; nothing is asked of it yet.</summary>
    public async Task<HttpKubeApi> ConnectAsync(KubeObject cluster, CancellationToken cancel)
    {
        KubeObject? secret = null;
        if (cluster.Spec?.Object("credentials")?.String("secretName") is { Length: > 0 } kept)
            secret = KubeObject.Parse((await api.GetAsync(new ResourcePath(FleetApi.Secrets, FleetApi.Namespace, kept), cancel)).BodyOrThrow());
        return new HttpKubeApi(FleetDocuments.Connect(cluster, secret), Patience, TimeProvider.System);
    }

    /// <summary>Refuses a name that is none, or somebody else's.</summary>
    public async Task RequireFreeAsync(string name, CancellationToken cancel)
    {
        if (NameRules.Dns1123Subdomain(name) is [var why, ..])
            throw new CliException($"{name} cannot be the name of a cluster: {why}", ExitCode.Usage);
        if (home.ClusterNames().Contains(name) || (await ListAsync(cancel)).Any(cluster => cluster.Name == name))
            throw new CliException($"there is a cluster {name} already: choose another name, or '{Invocation.Of(home)} cluster remove {name}' first", ExitCode.Usage);
    }

    /// <summary>Writes a cluster whole: the kind itself, where Secrets are, the object, and its Secret, which goes when the object goes.</summary>
    public async Task WriteAsync(JsonObject cluster, JsonObject secret, CancellationToken cancel)
    {
        await ApplyAsync(new ResourcePath(FleetApi.Namespaces, "", FleetApi.Namespace), new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = FleetApi.Namespace },
        }, cancel);
        await ApplyAsync(new ResourcePath(FleetApi.Definitions, "", FleetApi.DefinitionName), FleetApi.Definition(), cancel);
        await EstablishedAsync(cancel);
        string name = new KubeObject(cluster).Name;
        KubeObject made = await ApplyAsync(new ResourcePath(FleetApi.Clusters, "", name), cluster, cancel);
        new KubeObject(secret).Metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = FleetApi.ApiVersion, ["kind"] = "Cluster", ["name"] = name, ["uid"] = made.Uid,
        });
        await ApplyAsync(new ResourcePath(FleetApi.Secrets, FleetApi.Namespace, FleetApi.SecretOf(name)), secret, cancel);
    }

    public async Task RemoveAsync(string name, CancellationToken cancel)
    {
        foreach (ResourcePath path in (ResourcePath[])[new(FleetApi.Clusters, "", name), new(FleetApi.Secrets, FleetApi.Namespace, FleetApi.SecretOf(name))])
        {
            ApiResult gone = await api.DeleteAsync(path, DeleteQuery.None, cancel);
            if (gone.Error is { IsNotFound: false } error)
                throw new ApiStatusException(error);
        }
    }

    /// <summary>The names of the fleet, for completion.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var hub = Of(parsed);
        return [.. (await hub.ListAsync(cancel)).Select(cluster => cluster.Name)];
    }

    public void Dispose() => api.Dispose();

    /// <summary>A kind is served a moment after its definition is there.</summary>
    private async Task EstablishedAsync(CancellationToken cancel)
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            if ((await api.ListAsync(new ResourcePath(FleetApi.Clusters), new ListQuery { Limit = 1 }, cancel)).Error is not { Code: 404 })
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancel);
        }
    }

    private async Task<KubeObject> ApplyAsync(ResourcePath path, JsonObject document, CancellationToken cancel)
    {
        ApiResult applied = await api.PatchAsync(path, PatchType.Apply, KubeJson.ToUtf8(document), new WriteQuery { FieldManager = FieldManager, Force = true }, cancel);
        return KubeObject.Parse(applied.BodyOrThrow());
    }
}
