// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Strategies.Cluster;
using Pelago.Engine.Strategies.Pods;
using Pelago.Engine.Strategies.Policy;
using Pelago.Engine.Strategies.Services;
using Pelago.Engine.Strategies.Settings;
using Pelago.Engine.Strategies.Storage;
using Pelago.Engine.Strategies.Workloads;
using Pelago.Kube;
using static Pelago.Engine.Registry.SubresourceRows;

namespace Pelago.Engine.Registry;

/// <summary>The core group, <c>/api/v1</c>.</summary>
internal static class CoreKinds
{
    public static IEnumerable<ResourceKind> Rows(RowSources sources) =>
        [.. Settings(sources), .. Cluster(sources), .. Workloads(sources), .. Services(sources)];

    private static IEnumerable<ResourceKind> Settings(RowSources sources)
    {
        yield return sources.Row("", "v1", "Binding", "bindings") with { Verbs = ResourceVerbs.Create };
        yield return sources.Row("", "v1", "ConfigMap", "configmaps") with
        {
            ShortNames = ["cm"],
            Strategy = new ConfigMapStrategy(),
        };
        yield return sources.Row("", "v1", "Secret", "secrets") with
        {
            Fields = new FieldIndex(new SelectableField("type")),
            Strategy = new SecretStrategy(),
        };
        yield return sources.Row("", "v1", "ServiceAccount", "serviceaccounts") with
        {
            ShortNames = ["sa"],
            ReturnsDeletedObject = true,
            Subresources = [Handler("token", "TokenRequest", "authentication.k8s.io", "v1")],
        };
        yield return sources.Row("", "v1", "LimitRange", "limitranges") with { ShortNames = ["limits"], AllowCreateOnUpdate = true };
        yield return sources.Row("", "v1", "ResourceQuota", "resourcequotas") with
        {
            ShortNames = ["quota"],
            Strategy = new QuotaStrategy(),
            ReturnsDeletedObject = true,
            Subresources = [Status("ResourceQuota")],
        };
        yield return sources.Row("", "v1", "Event", "events") with
        {
            ShortNames = ["ev"],
            Strategy = new EventStrategy(isComplete: false),
            AllowCreateOnUpdate = true,
            Fields = EventFields.Index,
            TimeToLive = TimeSpan.FromHours(1),
        };
    }

    private static IEnumerable<ResourceKind> Cluster(RowSources sources)
    {
        yield return sources.Row("", "v1", "ComponentStatus", "componentstatuses", namespaced: false) with
        {
            ShortNames = ["cs"],
            Verbs = ResourceVerbs.ReadOnly,
        };
        yield return sources.Row("", "v1", "Namespace", "namespaces", namespaced: false) with
        {
            ShortNames = ["ns"],
            Strategy = new NamespaceStrategy(),
            NameRule = NameRules.Dns1123Label,
            Verbs = ResourceVerbs.AllButDeleteCollection,
            Fields = new FieldIndex(new SelectableField("status.phase")),
            Subresources = [Part("finalize", "Namespace", ResourceVerbs.Update, "spec.finalizers"), Status("Namespace")],
        };
        yield return sources.Row("", "v1", "Node", "nodes", namespaced: false) with
        {
            ShortNames = ["no"],
            Strategy = new NodeStrategy(),
            StatusOnCreate = true,
            Fields = new FieldIndex(new SelectableField("spec.unschedulable", "false")),
            Subresources = [Connect("proxy", "NodeProxyOptions", ResourceVerbs.Proxy), Status("Node")],
        };
        yield return sources.Row("", "v1", "PersistentVolume", "persistentvolumes", namespaced: false) with
        {
            ShortNames = ["pv"],
            Strategy = new VolumeStrategy(),
            ReturnsDeletedObject = true,
            Subresources = [Status("PersistentVolume")],
        };
        yield return sources.Row("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims") with
        {
            ShortNames = ["pvc"],
            Strategy = new ClaimStrategy(),
            ReturnsDeletedObject = true,
            Subresources = [Status("PersistentVolumeClaim")],
        };
    }

    private static IEnumerable<ResourceKind> Workloads(RowSources sources)
    {
        yield return sources.Row("", "v1", "Pod", "pods") with
        {
            ShortNames = ["po"],
            Strategy = new PodStrategy(),
            StatusStandsAlone = true,
            ReturnsDeletedObject = true,
            HasCells = true,
            Categories = ["all"],
            Fields = new FieldIndex(
                new SelectableField("spec.nodeName"), new SelectableField("spec.restartPolicy"), new SelectableField("spec.schedulerName"),
                new SelectableField("spec.serviceAccountName"), new SelectableField("spec.hostNetwork", "false"),
                new SelectableField("status.phase"), new SelectableField("status.podIP"),
                new SelectableField("status.podIPs", ["status.podIP"]), new SelectableField("status.nominatedNodeName")),
            Subresources =
            [
                Connect("attach", "PodAttachOptions", ResourceVerbs.CreateGet),
                Handler("binding", "Binding"),
                Part("ephemeralcontainers", "Pod", ResourceVerbs.GetPatchUpdate, "spec.ephemeralContainers") with { IsEditedInPlace = true },
                Handler("eviction", "Eviction", "policy", "v1"),
                Connect("exec", "PodExecOptions", ResourceVerbs.CreateGet),
                Connect("log", "Pod", ResourceVerbs.Get),
                Connect("portforward", "PodPortForwardOptions", ResourceVerbs.CreateGet),
                Connect("proxy", "PodProxyOptions", ResourceVerbs.Proxy),
                Status("Pod"),
            ],
        };
        yield return sources.Row("", "v1", "PodTemplate", "podtemplates") with { AllowCreateOnUpdate = true, HasGeneration = true };
        yield return sources.Row("", "v1", "ReplicationController", "replicationcontrollers") with
        {
            ShortNames = ["rc"],
            Strategy = new ReplicaSetStrategy(hasPlainSelector: true),
            Categories = ["all"],
            HasGeneration = true,
            DefaultGarbagePolicy = GarbagePolicy.Orphan,
            Fields = new FieldIndex(new SelectableField("status.replicas", "0")),
            Subresources = [Scale(ScaleMapping.Workload), Status("ReplicationController")],
        };
    }

    private static IEnumerable<ResourceKind> Services(RowSources sources)
    {
        yield return sources.Row("", "v1", "Endpoints", "endpoints") with
        {
            ShortNames = ["ep"],
            AllowCreateOnUpdate = true,
            Strategy = new EndpointsStrategy(),
        };
        yield return sources.Row("", "v1", "Service", "services") with
        {
            ShortNames = ["svc"],
            NameRule = NameRules.Dns1035Label,
            ReturnsDeletedObject = true,
            Categories = ["all"],
            AllowCreateOnUpdate = true,
            Strategy = sources.Services,
            Fields = new FieldIndex(new SelectableField("spec.clusterIP"), new SelectableField("spec.type")),
            Subresources = [Connect("proxy", "ServiceProxyOptions", ResourceVerbs.Proxy), Status("Service")],
        };
    }
}
