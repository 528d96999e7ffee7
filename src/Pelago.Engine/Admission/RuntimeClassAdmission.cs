// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>
/// A pod gets the overhead of its RuntimeClass, and the node selector and tolerations of its nodes (upstream plugin/pkg/admission/runtimeclass).
/// </summary>
internal sealed class RuntimeClassAdmission(IRevisionStore store) : IAdmissionPlugin
{
    private readonly IResourceStore _classes = store.Resource("runtimeclasses.node.k8s.io");

    public bool Handles(AdmissionRequest request) => request.IsCreate && request.IsAbout("", "pods");

    public ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel) => new(Mutate(request));

    private ApiStatus? Mutate(AdmissionRequest request)
    {
        if (request.Object?.Spec is not { } spec)
            return null;
        JsonObject? said = spec.Object("overhead");
        if (spec.String("runtimeClassName") is not { Length: > 0 } name)
        {
            return said is { Count: > 0 }
                ? request.Forbid("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
                : null;
        }

        if (_classes.Current.Get(new ObjectKey("", name)) is not { } stored)
            return request.Forbid($"pod rejected: RuntimeClass {GoText.Quote(name)} not found");
        JsonObject runtime = KubeObject.Parse(stored.Json).Json;
        JsonObject? overhead = runtime.Object("overhead")?.Object("podFixed");
        if (said is { Count: > 0 } && !SameAmounts(said, overhead))
            return request.Forbid("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        if (overhead is not null)
            spec["overhead"] = overhead.DeepClone();
        return runtime.Object("scheduling") is { } scheduling ? Schedule(request, spec, scheduling) : null;
    }

    private static ApiStatus? Schedule(AdmissionRequest request, JsonObject spec, JsonObject scheduling)
    {
        foreach ((string key, JsonNode? value) in scheduling.Object("nodeSelector") ?? [])
        {
            JsonObject selector = spec.ObjectOrNew("nodeSelector");
            if (selector[key] is { } present && !JsonNode.DeepEquals(present, value))
                return request.Forbid($"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {present}");
            selector[key] = value?.DeepClone();
        }

        foreach (JsonNode? toleration in scheduling.Array("tolerations") ?? [])
        {
            if (spec.Array("tolerations") is not { } tolerations)
                spec["tolerations"] = tolerations = [];
            if (toleration is not null && !tolerations.Any(present => JsonNode.DeepEquals(present, toleration)))
                tolerations.Add(toleration.DeepClone());
        }

        return null;
    }

    private static bool SameAmounts(JsonObject one, JsonObject? other) =>
        other is not null && one.Count == other.Count && one.All(pair =>
            Quantity.TryParse(Text(pair.Value), out Quantity left) && Quantity.TryParse(Text(other[pair.Key]), out Quantity right) && left == right);

    private static string? Text(JsonNode? amount) => amount?.ToString();
}
