// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Cli.Install;

/// <summary>Waits until what was applied runs: the hub, the scheduler, what installs packages where that is asked for, an agent on every node, and the API through them. What will not become better by waiting is said at once.</summary>
internal sealed class Rollout(HttpKubeApi cluster, Manifests manifests, Progress progress, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    // There is an agent's pod for every node: they are not listed at every look.
    private static readonly TimeSpan BetweenPods = TimeSpan.FromSeconds(5);

    private readonly SchedulerLease _lease = new(cluster);

    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancel)
    {
        long start = time.GetTimestamp(), looked = start;
        var faults = new PodFaults(cluster, manifests.Image);
        while (true)
        {
            string waiting = await LookAsync(cancel);
            if (waiting.Length == 0)
                return;
            if (time.GetElapsedTime(looked) >= BetweenPods)
            {
                await faults.ThrowIfHopelessAsync(cancel);
                looked = time.GetTimestamp();
            }
            if (time.GetElapsedTime(start) > timeout)
            {
                IReadOnlyList<string> missing = await new MissingPods(cluster, manifests).DescribeAsync(cancel);
                throw new CliException(
                    $"Pelago was applied to cluster {cluster.Cluster} and was not ready within {timeout.TotalSeconds:0} s: {waiting}{string.Concat(missing.Select(line => $"\n  {line}"))}\n"
                    + $"'kubectl -n {NodeApi.Namespace} describe pods' and 'kubectl -n {NodeApi.Namespace} get events' say more; '{Invocation.Program} install' again waits on");
            }
            progress.Show($"waiting: {waiting}");
            await Task.Delay(Between, time, cancel);
        }
    }

    /// <summary>What is waited for; empty when there is nothing left.</summary>
    private async Task<string> LookAsync(CancellationToken cancel)
    {
        JsonObject hub = await GetAsync($"/apis/apps/v1/namespaces/{NodeApi.Namespace}/deployments/{NodeApi.Hub}", cancel);
        JsonObject scheduler = await GetAsync($"/apis/apps/v1/namespaces/{NodeApi.Namespace}/deployments/{NodeApi.Scheduler}", cancel);
        JsonObject agents = await GetAsync($"/apis/apps/v1/namespaces/{NodeApi.Namespace}/daemonsets/{NodeApi.Agent}", cancel);
        string nodes = await ApiStateAsync(NodeApi.Group, NodeApi.Version, cancel), history = await ApiStateAsync(HistoryApi.Group, HistoryApi.Version, cancel);
        string packages = manifests.HasPackages ? await PackagesStateAsync(cancel) : "";
        List<string> open = [.. new[] { HubState(hub), await SchedulerStateAsync(scheduler, cancel), packages, AgentState(agents), nodes, history }.Where(text => text.Length > 0)];
        return string.Join("; ", open);
    }

    private static string HubState(JsonObject hub)
    {
        JsonObject status = hub.Object("status") ?? [];
        bool done = IsObserved(hub) && status.Integer("updatedReplicas") == 1 && status.Integer("readyReplicas") == 1 && status.Integer("replicas") == 1;
        return done ? "" : "the hub does not run yet";
    }

    /// <summary>It has no port to be asked at: that it reached the API server and may do there what it must is seen by its Lease.</summary>
    private async Task<string> SchedulerStateAsync(JsonObject scheduler, CancellationToken cancel)
    {
        JsonObject status = scheduler.Object("status") ?? [];
        long wanted = scheduler.Object("spec")?.Integer("replicas") ?? 1;
        if (wanted == 0)
            return ""; // its people want none
        bool done = IsObserved(scheduler) && status.Integer("updatedReplicas") == wanted && status.Integer("readyReplicas") == wanted && status.Integer("replicas") == wanted;
        if (!done)
            return "the scheduler does not run yet";
        return await _lease.IsHeldAsync(cancel) ? "" : $"no scheduler that runs has taken the Lease {NodeApi.Scheduler} yet";
    }

    /// <summary>It brings the kind of Installations itself: that these are served is what a first 'pelago package install' needs.</summary>
    private async Task<string> PackagesStateAsync(CancellationToken cancel)
    {
        JsonObject deployment = await GetAsync($"/apis/apps/v1/namespaces/{NodeApi.Namespace}/deployments/{NodeApi.Packages}", cancel);
        JsonObject status = deployment.Object("status") ?? [];
        long wanted = deployment.Object("spec")?.Integer("replicas") ?? 1;
        if (!IsObserved(deployment) || status.Integer("updatedReplicas") < wanted || (status.Integer("readyReplicas") ?? 0) < wanted)
            return "what installs packages does not run yet";
        ApiResult served = await cluster.GetRawAsync($"/apis/{PackagesApi.ApiVersion}/{PackagesApi.Installations.Resource}?limit=1", cancel);
        return served.Error is null ? "" : $"installations are not served yet ({served.Error.Message})";
    }

    private static string AgentState(JsonObject agents)
    {
        JsonObject status = agents.Object("status") ?? [];
        long wanted = status.Integer("desiredNumberScheduled") ?? 0, ready = Math.Min(status.Integer("numberReady") ?? 0, status.Integer("updatedNumberScheduled") ?? 0);
        if (!IsObserved(agents) || wanted == 0)
            return "no node has an agent yet";
        return ready >= wanted ? "" : $"{ready} of {wanted} agents are ready";
    }

    private async Task<string> ApiStateAsync(string group, string version, CancellationToken cancel)
    {
        JsonObject api = await GetAsync($"/apis/apiregistration.k8s.io/v1/apiservices/{version}.{group}", cancel);
        JsonObject? available = (api.Object("status")?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == "Available");
        return available?.String("status") == "True" ? "" : $"the API {group} is not available ({available?.String("message") ?? "not looked at yet"})";
    }

    private static bool IsObserved(JsonObject item) =>
        (item.Object("status")?.Integer("observedGeneration") ?? 0) >= (item.Object("metadata")?.Integer("generation") ?? 1);

    private async Task<JsonObject> GetAsync(string path, CancellationToken cancel) => KubeJson.ParseObject((await cluster.GetRawAsync(path, cancel)).BodyOrThrow());
}
