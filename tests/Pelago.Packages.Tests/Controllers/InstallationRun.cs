// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>A namespace in which installations are worked on step by step, and what its people do. Other clusters are the same one by another name.</summary>
internal sealed class InstallationRun(IKubeApi api, string ns, IReadOnlyList<string> otherClusters)
{
    public const string Home = "home";
    private static readonly GroupVersionResource Deployments = new("apps", "v1", "deployments");
    private static readonly GroupVersionResource Jobs = new("batch", "v1", "jobs");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-01-01T00:00:00Z"));
    private ClusterWork? _work;

    public string Namespace => ns;

    public MortalApi Cluster { get; } = new(api, Home);

    public IReadOnlyList<MortalApi> Others { get; } = [.. otherClusters.Select(name => new MortalApi(api, name))];

    /// <summary>Names of clusters that nobody knows, and that installations name all the same.</summary>
    public IReadOnlyList<string> Unknown { get; set; } = [];

    /// <summary>Whether a Deployment becomes ready.</summary>
    public Func<KubeObject, bool> BecomesReady { get; set; } = _ => true;

    /// <summary>Whether a Job succeeds.</summary>
    public Func<KubeObject, bool> Succeeds { get; set; } = _ => true;

    /// <summary>Whether a Job comes to an end at all.</summary>
    public Func<KubeObject, bool> Ends { get; set; } = _ => true;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What a client does that installs, upgrades or goes back.</summary>
    public async Task WantAsync(string name, PackageRevision package, string options = "{}", Func<InstallationSpec, InstallationSpec>? change = null)
    {
        string digest = await new RecordStore(api, _time).PutAsync(ns, PackageRecord.Of(package), Cancel);
        var spec = new InstallationSpec { Package = package.Name, Version = package.Version, Digest = digest, Options = SamplePackage.Json(options), TimeoutSeconds = 20 };
        JsonObject json = (change is null ? spec : change(spec)).ToJson();
        var path = new ResourcePath(PackagesApi.Installations, ns);
        var body = new JsonObject { ["apiVersion"] = PackagesApi.ApiVersion, ["kind"] = PackagesApi.Kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = json };
        ApiResult made = await api.CreateAsync(path, KubeJson.ToUtf8(body), WriteQuery.None, Cancel);
        if (made.Error is { IsAlreadyExists: true })
        {
            KubeObject live = KubeObject.Parse((await api.GetAsync(path with { Name = name }, Cancel)).BodyOrThrow());
            live.Json["spec"] = json.DeepClone();
            made = await api.UpdateAsync(path with { Name = name }, live.ToUtf8(), WriteQuery.None, Cancel);
        }

        made.BodyOrThrow();
    }

    public async Task UninstallAsync(string name) => (await api.DeleteAsync(new ResourcePath(PackagesApi.Installations, ns, name), DeleteQuery.None, Cancel)).BodyOrThrow();

    public async Task<Installation?> GetAsync(string name)
    {
        ApiResult read = await api.GetAsync(new ResourcePath(PackagesApi.Installations, ns, name), Cancel);
        return read.Error is { IsNotFound: true } ? null : new Installation(KubeObject.Parse(read.BodyOrThrow()));
    }

    /// <summary>Works until nothing changes any more or the condition holds; a controller that is killed on the way has a successor.</summary>
    public async Task<Installation?> WorkAsync(string name, Func<Installation?, bool> until)
    {
        const int patience = 200;
        for (int round = 0; round < patience; round++)
        {
            try
            {
                _work ??= new ClusterWork(new InstallationClusters(Cluster, () => Others), _time);
                foreach (string part in (string[])["", Home, .. otherClusters, .. Unknown])
                    await _work.RunAsync(new ObjectKey(ns, name), part, Cancel);
            }
            catch (KilledException)
            {
                _work = null;
                Cluster.Revive();
            }

            Installation? now = await GetAsync(name);
            if (until(now))
                return now;
            await SettleAsync();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Installation? stuck = await GetAsync(name);
        Assert.Fail($"{name} is stuck: {stuck?.Object.Json.ToJsonString()}");
        return stuck;
    }

    public Task<Installation?> WorkUntilAsync(string name, string phase) => WorkAsync(name, now => now is { IsObserved: true } && now.Phase == phase);

    /// <summary>What there is of an installation: kind and name, those of records not counted.</summary>
    public async Task<IReadOnlyList<string>> ObjectsAsync(string name)
    {
        var found = new List<string>();
        foreach (GroupVersionResource resource in (GroupVersionResource[])[new("", "v1", "configmaps"), Deployments, Jobs])
            found.AddRange((await ListAsync(resource, $"{PackagesApi.InstallationLabel}={name}")).Select(item => $"{resource.Resource} {item.Name}"));
        return found;
    }

    public async Task<KubeObject?> FindAsync(GroupVersionResource resource, string name)
    {
        ApiResult read = await api.GetAsync(new ResourcePath(resource, ns, name), Cancel);
        return read.IsSuccess ? KubeObject.Parse(read.Body) : null;
    }

    public async Task<IReadOnlyList<KubeObject>> ListAsync(GroupVersionResource resource, string? selector = null)
    {
        ApiResult list = await api.ListAsync(new ResourcePath(resource, ns), new ListQuery { LabelSelector = selector }, Cancel);
        return [.. ListDocument.Parse(list.BodyOrThrow()).Items.Select(item => KubeObject.Parse(item))];
    }

    /// <summary>A pod of a Deployment, as a node leaves it whose container ended.</summary>
    public async Task AddEndedPodAsync(string app, string lastWords)
    {
        var account = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = "default" } };
        await api.CreateAsync(new ResourcePath(new GroupVersionResource("", "v1", "serviceaccounts"), ns), KubeJson.ToUtf8(account), WriteQuery.None, Cancel);
        JsonObject pod = SamplePackage.Json($$"""
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "{{app}}-1", "labels": {"app": "{{app}}"} },
             "spec": {"automountServiceAccountToken": false, "containers": [{"name": "web", "image": "web"}] } }
            """);
        (await api.CreateAsync(new ResourcePath(Pods, ns), KubeJson.ToUtf8(pod), WriteQuery.None, Cancel)).BodyOrThrow();
        var ended = new JsonObject
        {
            ["name"] = "web", ["image"] = "web", ["imageID"] = "web", ["ready"] = false, ["restartCount"] = 1,
            ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 1, ["message"] = lastWords } },
        };
        await SetStatusAsync(Pods, $"{app}-1", new JsonObject { ["phase"] = "Running", ["containerStatuses"] = new JsonArray(ended) });
    }

    private async Task SettleAsync()
    {
        foreach (KubeObject deployment in (await ListAsync(Deployments)).Where(item => BecomesReady(item) && item.Status?.Integer("observedGeneration") != item.Generation))
        {
            long replicas = deployment.Spec!.Integer("replicas") ?? 1;
            var status = new JsonObject { ["observedGeneration"] = deployment.Generation, ["replicas"] = replicas, ["updatedReplicas"] = replicas, ["readyReplicas"] = replicas, ["availableReplicas"] = replicas };
            await SetStatusAsync(Deployments, deployment.Name, status);
        }

        foreach (KubeObject job in (await ListAsync(Jobs)).Where(item => Ends(item) && item.Status?.Array("conditions") is null))
        {
            string end = Succeeds(job) ? "Complete" : "Failed", before = Succeeds(job) ? "SuccessCriteriaMet" : "FailureTarget", now = MetaTime.Now(_time);
            var conditions = new JsonArray([.. new[] { before, end }.Select(type => (JsonNode)new JsonObject { ["type"] = type, ["status"] = "True", ["reason"] = "r", ["message"] = "it was told to" })]);
            var status = new JsonObject { ["conditions"] = conditions, ["startTime"] = now };
            if (end == "Complete")
                status["completionTime"] = now;
            await SetStatusAsync(Jobs, job.Name, status);
        }
    }

    private async Task SetStatusAsync(GroupVersionResource resource, string name, JsonObject status) =>
        (await api.PatchAsync(new ResourcePath(resource, ns, name, "status"), PatchType.Merge, KubeJson.ToUtf8(new JsonObject { ["status"] = status }), WriteQuery.None, Cancel)).BodyOrThrow();
}
