// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Schema.Defaults;

/// <summary>
/// The defaults of built-in kinds: what the schema says, and then what depends on other fields (kube-apiserver pkg/apis/*/v1/defaults.go and the
/// conversions that fill in aliases). Objects are in the form of the stored version.
/// </summary>
internal static class KindDefaults
{
    private static readonly FrozenDictionary<(string Group, string Kind), Action<KubeObject>> Conditional =
        new Dictionary<(string Group, string Kind), Action<KubeObject>>
        {
            [("", "Pod")] = PodDefaults.Pod,
            [("", "PodTemplate")] = template => PodDefaults.Template(template.Json.Object("template")),
            [("", "ReplicationController")] = WorkloadDefaults.ReplicationController,
            [("", "Service")] = ServiceDefaults.Service,
            [("", "Namespace")] = ClusterDefaults.Namespace,
            [("", "Node")] = ClusterDefaults.Node,
            [("", "LimitRange")] = ClusterDefaults.LimitRange,
            [("", "Secret")] = ClusterDefaults.Secret,
            [("apps", "Deployment")] = WorkloadDefaults.Deployment,
            [("apps", "ReplicaSet")] = WorkloadDefaults.WithTemplate,
            [("apps", "StatefulSet")] = WorkloadDefaults.StatefulSet,
            [("apps", "DaemonSet")] = WorkloadDefaults.DaemonSet,
            [("batch", "Job")] = WorkloadDefaults.Job,
            [("batch", "CronJob")] = WorkloadDefaults.CronJob,
            [("autoscaling", "HorizontalPodAutoscaler")] = AutoscalerDefaults.HorizontalPodAutoscaler,
            [("networking.k8s.io", "NetworkPolicy")] = ClusterDefaults.NetworkPolicy,
            [("rbac.authorization.k8s.io", "RoleBinding")] = ClusterDefaults.Binding,
            [("rbac.authorization.k8s.io", "ClusterRoleBinding")] = ClusterDefaults.Binding,
            [("apiextensions.k8s.io", "CustomResourceDefinition")] = ClusterDefaults.CustomResourceDefinition,
        }.ToFrozenDictionary();

    /// <summary>Fills in everything that is absent, in place. <paramref name="schema"/> is the kind's; a custom resource has only what its schema says.</summary>
    public static void Apply(KubeObject subject, string group, string kind, SchemaNode schema)
    {
        Defaulting.Apply(subject.Json, schema);
        if (Conditional.TryGetValue((group, kind), out Action<KubeObject>? apply))
            apply(subject);
    }
}
