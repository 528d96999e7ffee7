// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Reads a <see cref="PodSummary"/> from a pod document.</summary>
internal sealed class PodSummaryReader
{
    private static readonly string[] ReadAnnotations =
    [
        "controller.kubernetes.io/pod-deletion-cost", "kubernetes.io/config.mirror", AssignedPorts.Annotation,
        JobRules.IndexAnnotation, IndexRetries.FailureCount, IndexRetries.IgnoredFailureCount,
    ];

    private readonly LabelSets _labels = new();
    private IReadOnlyList<EvictionToleration> _tolerations = [];

    public PodSummary Read(ReadOnlyMemory<byte> utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth });
        JsonElement pod = document.RootElement;
        JsonElement metadata = pod.Child("metadata");
        JsonElement spec = pod.Child("spec");
        JsonElement status = pod.Child("status");
        JsonElement ready = Condition(status, "Ready");
        OwnerReference? controller = ControllerOf(metadata);
        return new PodSummary
        {
            Key = new ObjectKey(SharedText.Of(metadata.Text("namespace")), metadata.Text("name")),
            Uid = metadata.Text("uid"),
            ResourceVersion = metadata.Text("resourceVersion"),
            Labels = _labels.Shared(metadata.Child("labels")),
            Controller = controller,
            Finalizers = metadata.Child("finalizers").ListOf(static item => SharedText.Of(item.GetString()!)),
            Created = metadata.Time("creationTimestamp") ?? default,
            DeletionTimestamp = metadata.Time("deletionTimestamp"),
            Annotations = AnnotationsOf(metadata.Child("annotations")),
            NodeName = SharedText.Of(spec.Text("nodeName")),
            TargetNode = TargetNodeOf(spec),
            Phase = status.Text("phase") is { Length: > 0 } phase ? SharedText.Of(phase) : "Pending",
            Reason = status.Text("reason"),
            PodIP = status.Text("podIP"),
            PodIPs = status.Child("podIPs").ListOf(static item => item.Text("ip")),
            Hostname = spec.Text("hostname"),
            Subdomain = spec.Text("subdomain"),
            IsReady = ready.Text("status") == "True",
            ReadySince = ready.Time("lastTransitionTime"),
            StartTime = status.Time("startTime"),
            Conditions = controller is { Kind: "Job" } ? status.Child("conditions").ListOf(StatusOf) : [],
            UnscheduledReason = Condition(status, "PodScheduled") is var bound && bound.Text("status") == "False" ? bound.Text("reason") : null,
            Restarts = RestartsOf(status),
            Ends = EndsOf(status),
            FinishedAt = FinishedAtOf(status),
            NamedPorts = NamedPortsOf(spec),
            Claims = ClaimsOf(spec, metadata.Text("name")),
            EphemeralVolumes = EphemeralVolumesOf(spec),
            Tolerations = SharedTolerations(spec),
        };
    }

    private static OwnerReference? ControllerOf(JsonElement metadata)
    {
        foreach (JsonElement reference in metadata.Child("ownerReferences").Items())
        {
            if (reference.Flag("controller"))
            {
                return new OwnerReference(
                    SharedText.Of(reference.Text("apiVersion")), SharedText.Of(reference.Text("kind")), SharedText.Of(reference.Text("name")),
                    SharedText.Of(reference.Text("uid")), true, reference.Flag("blockOwnerDeletion"));
            }
        }
        return null;
    }

    private static Dictionary<string, string>? AnnotationsOf(JsonElement annotations)
    {
        Dictionary<string, string>? kept = null;
        foreach (string name in ReadAnnotations)
        {
            if (annotations.Text(name) is { Length: > 0 } value)
                (kept ??= new Dictionary<string, string>(StringComparer.Ordinal))[name] = value;
        }
        return kept;
    }

    private static string TargetNodeOf(JsonElement spec)
    {
        JsonElement required = spec.Child("affinity").Child("nodeAffinity").Child("requiredDuringSchedulingIgnoredDuringExecution");
        foreach (JsonElement term in required.Child("nodeSelectorTerms").Items())
        {
            foreach (JsonElement field in term.Child("matchFields").Items())
            {
                if (field.Text("key") == "metadata.name" && field.Child("values").Items().FirstOrDefault() is { ValueKind: JsonValueKind.String } name)
                    return SharedText.Of(name.GetString()!);
            }
        }
        return "";
    }

    private static JsonElement Condition(JsonElement status, string type)
    {
        foreach (JsonElement condition in status.Child("conditions").Items())
        {
            if (condition.Child("type") is { ValueKind: JsonValueKind.String } said && said.ValueEquals(type))
                return condition;
        }
        return default;
    }

    private static PodConditionStatus StatusOf(JsonElement condition) =>
        new(SharedText.Of(condition.Text("type")), SharedText.Of(condition.Text("status")));

    private static int RestartsOf(JsonElement status)
    {
        int most = 0;
        foreach (JsonElement container in status.Child("containerStatuses").Items())
            most = Math.Max(most, container.Number("restartCount"));
        return most;
    }

    private static IReadOnlyList<string> ClaimsOf(JsonElement spec, string pod)
    {
        List<string>? claims = null;
        foreach (JsonElement volume in spec.Child("volumes").Items())
        {
            if (volume.Child("persistentVolumeClaim").Text("claimName") is { Length: > 0 } name)
                (claims ??= []).Add(name);
            else if (IsEphemeral(volume))
                (claims ??= []).Add(EphemeralClaim.NameOf(pod, volume.Text("name")));
        }
        return claims ?? (IReadOnlyList<string>)[];
    }

    private static IReadOnlyList<string> EphemeralVolumesOf(JsonElement spec)
    {
        List<string>? volumes = null;
        foreach (JsonElement volume in spec.Child("volumes").Items())
        {
            if (IsEphemeral(volume))
                (volumes ??= []).Add(SharedText.Of(volume.Text("name")));
        }
        return volumes ?? (IReadOnlyList<string>)[];
    }

    private static bool IsEphemeral(JsonElement volume) =>
        volume.Child("ephemeral").Child("volumeClaimTemplate").ValueKind == JsonValueKind.Object;

    private static IReadOnlyList<ContainerEnd> EndsOf(JsonElement status)
    {
        List<ContainerEnd>? ends = null;
        foreach (string list in (ReadOnlySpan<string>)["initContainerStatuses", "containerStatuses"])
        {
            foreach (JsonElement container in status.Child(list).Items())
            {
                JsonElement ended = container.Child("state").Child("terminated");
                if (ended.ValueKind == JsonValueKind.Object)
                    (ends ??= []).Add(new ContainerEnd(SharedText.Of(container.Text("name")), ended.Number("exitCode")));
            }
        }
        return ends ?? (IReadOnlyList<ContainerEnd>)[];
    }

    private static DateTimeOffset? FinishedAtOf(JsonElement status)
    {
        DateTimeOffset? last = null;
        foreach (JsonElement container in status.Child("containerStatuses").Items())
        {
            if (container.Child("state").Child("terminated").Time("finishedAt") is { } ended && (last is null || ended > last))
                last = ended;
        }
        return last;
    }

    private static IReadOnlyList<NamedPort> NamedPortsOf(JsonElement spec)
    {
        List<NamedPort>? ports = null;
        foreach (JsonElement container in spec.Child("containers").Items())
        {
            foreach (JsonElement port in container.Child("ports").Items())
            {
                if (port.Text("name") is { Length: > 0 } name)
                    (ports ??= []).Add(new NamedPort(SharedText.Of(name), port.Text("protocol") is { Length: > 0 } protocol ? SharedText.Of(protocol) : "TCP", port.Number("containerPort")));
            }
        }
        return ports ?? (IReadOnlyList<NamedPort>)[];
    }

    /// <summary>Pods that come one after the other mostly tolerate the same: one list serves them. A race costs a copy.</summary>
    private IReadOnlyList<EvictionToleration> SharedTolerations(JsonElement spec)
    {
        List<EvictionToleration> tolerations = TolerationsOf(spec);
        IReadOnlyList<EvictionToleration> last = _tolerations;
        return tolerations.SequenceEqual(last) ? last : _tolerations = tolerations;
    }

    private static List<EvictionToleration> TolerationsOf(JsonElement spec)
    {
        var tolerations = new List<EvictionToleration>();
        foreach (JsonElement item in spec.Child("tolerations").Items())
        {
            if (item.Text("effect") is "" or "NoExecute")
            {
                long? seconds = item.Child("tolerationSeconds") is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
                tolerations.Add(new EvictionToleration(
                    SharedText.Of(item.Text("key")), SharedText.Of(item.Text("operator")), SharedText.Of(item.Text("value")), SharedText.Of(item.Text("effect")), seconds));
            }
        }
        return tolerations;
    }
}
