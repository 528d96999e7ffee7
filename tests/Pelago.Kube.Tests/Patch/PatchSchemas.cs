// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Schema;

namespace Pelago.Kube.Tests.Patch;

/// <summary>The parts of a few built-in kinds whose merge keys and strategies matter to patches, by hand.</summary>
internal static class PatchSchemas
{
    private static readonly SchemaNode Text = new() { Type = "string" };
    private static readonly SchemaNode Number = new() { Type = "integer", Format = "int32" };
    private static readonly SchemaNode Flag = new() { Type = "boolean" };
    private static readonly SchemaNode TextMap = new() { Type = "object", AdditionalProperties = Text };

    private static readonly SchemaNode Metadata = Struct("ObjectMeta",
        ("name", Text), ("labels", TextMap), ("annotations", TextMap), ("generation", Number),
        ("finalizers", Merged(Text, "")),
        ("ownerReferences", Merged(Struct("OwnerReference", ("uid", Text), ("name", Text), ("kind", Text), ("controller", Flag)), "uid")));

    private static readonly SchemaNode Container = Struct("Container",
        ("name", Text), ("image", Text), ("args", List(Text)),
        ("ports", Merged(Struct("ContainerPort", ("containerPort", Number), ("protocol", Text), ("name", Text)), "containerPort")),
        ("env", Merged(Struct("EnvVar", ("name", Text), ("value", Text),
            ("valueFrom", Struct("EnvVarSource", ("fieldRef", Struct("ObjectFieldSelector", ("fieldPath", Text)))))), "name")),
        ("volumeMounts", Merged(Struct("VolumeMount", ("mountPath", Text), ("name", Text), ("readOnly", Flag)), "mountPath")),
        ("resources", Struct("ResourceRequirements", ("limits", TextMap), ("requests", TextMap))));

    private static readonly SchemaNode PodSpec = Struct("PodSpec",
        ("containers", Merged(Container, "name")),
        ("initContainers", Merged(Container, "name")),
        ("volumes", Merged(Struct("Volume", ("name", Text), ("emptyDir", Struct("EmptyDirVolumeSource", ("medium", Text))),
            ("configMap", Struct("ConfigMapVolumeSource", ("name", Text), ("defaultMode", Number)))), "name", "merge,retainKeys")),
        ("imagePullSecrets", Merged(Struct("LocalObjectReference", ("name", Text)), "name")),
        ("hostAliases", Merged(Struct("HostAlias", ("ip", Text), ("hostnames", List(Text))), "ip")),
        ("tolerations", List(Struct("Toleration", ("key", Text), ("operator", Text), ("tolerationSeconds", Number)))),
        ("nodeSelector", TextMap), ("nodeName", Text), ("hostNetwork", Flag), ("terminationGracePeriodSeconds", Number),
        ("securityContext", Struct("PodSecurityContext", ("runAsUser", Number), ("supplementalGroups", List(Number)))));

    private static readonly SchemaNode Selector = Struct("LabelSelector", ("matchLabels", TextMap));

    public static SchemaNode Pod { get; } = Struct("Pod", ("apiVersion", Text), ("kind", Text), ("metadata", Metadata), ("spec", PodSpec));

    public static SchemaNode Deployment { get; } = Struct("Deployment", ("apiVersion", Text), ("kind", Text), ("metadata", Metadata),
        ("spec", Struct("DeploymentSpec", ("replicas", Number), ("paused", Flag), ("selector", Selector),
            ("strategy", new SchemaNode
            {
                Type = "object", DefinitionName = "io.k8s.api.apps.v1.DeploymentStrategy", PatchStrategy = "retainKeys",
                Properties = new()
                {
                    ["type"] = Text, ["rollingUpdate"] = Struct("RollingUpdateDeployment", ("maxSurge", Text), ("maxUnavailable", Text)),
                },
            }),
            ("template", Struct("PodTemplateSpec", ("metadata", Metadata), ("spec", PodSpec))))));

    public static SchemaNode Service { get; } = Struct("Service", ("apiVersion", Text), ("kind", Text), ("metadata", Metadata),
        ("spec", Struct("ServiceSpec", ("type", Text), ("clusterIP", Text), ("selector", TextMap), ("externalIPs", List(Text)),
            ("ports", Merged(Struct("ServicePort", ("name", Text), ("port", Number), ("protocol", Text), ("nodePort", Number)), "port")))));

    public static SchemaNode ConfigMap { get; } = Struct("ConfigMap", ("apiVersion", Text), ("kind", Text), ("metadata", Metadata),
        ("data", TextMap), ("immutable", Flag));

    public static SchemaNode Of(string kind) => kind switch
    {
        "Pod" => Pod,
        "Deployment" => Deployment,
        "Service" => Service,
        "ConfigMap" => ConfigMap,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no schema by hand for this kind"),
    };

    private static SchemaNode Struct(string name, params (string Name, SchemaNode Node)[] fields) => new()
    {
        Type = "object",
        DefinitionName = $"io.k8s.api.core.v1.{name}",
        Properties = fields.ToDictionary(field => field.Name, field => field.Node),
    };

    private static SchemaNode List(SchemaNode items) => new() { Type = "array", Items = items };

    private static SchemaNode Merged(SchemaNode items, string key, string strategy = "merge") => new()
    {
        Type = "array", Items = items, PatchStrategy = strategy, PatchMergeKey = key.Length == 0 ? null : key,
    };
}
