// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>Turns a pod's priorityClassName into its priority, and keeps the default class the only one (upstream plugin/pkg/admission/priority).</summary>
internal sealed class PriorityAdmission : IAdmissionPlugin
{
    private const string Group = "scheduling.k8s.io";
    private const string DefaultPolicy = "PreemptLowerPriority";
    private readonly SnapshotCache<Classes> _classes;

    public PriorityAdmission(IRevisionStore store) =>
        _classes = new SnapshotCache<Classes>(store.Resource($"priorityclasses.{Group}"), Classes.Of);

    public bool Handles(AdmissionRequest request) =>
        (request.IsCreate || request.IsUpdate) && (request.IsAbout("", "pods") || request.IsAbout(Group, "priorityclasses"));

    public ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Object is not { } pod || !request.IsAbout("", "pods"))
            return default;
        JsonObject spec = pod.Json.ObjectOrNew("spec");
        if (!request.IsUpdate)
            return new(Resolve(request, spec));
        KeepOld(spec, request.Old?.Spec);
        return default;
    }

    public ValueTask<ApiStatus?> ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Object is not { } priority || !request.IsAbout(Group, "priorityclasses") || priority.Json.Boolean("globalDefault") != true)
            return default;
        PriorityClass? present = _classes.Current.Default;
        return new(present is null || present.Name == request.Name
            ? null
            : request.Forbid($"PriorityClass {present.Name} is already marked as default. Only one default can exist"));
    }

    private ApiStatus? Resolve(AdmissionRequest request, JsonObject spec)
    {
        Classes classes = _classes.Current;
        PriorityClass? chosen = classes.Default;
        if (spec.String("priorityClassName") is { Length: > 0 } name)
        {
            if (!classes.ByName.TryGetValue(name, out chosen))
                return request.Forbid($"no PriorityClass with name {name} was found");
        }
        else if (chosen is not null)
        {
            spec["priorityClassName"] = chosen.Name;
        }

        const string Computed = "priority admission controller computed";
        long value = chosen?.Value ?? 0;
        if (spec.Integer("priority") is { } said && said != value)
        {
            return request.Forbid(string.Create(CultureInfo.InvariantCulture,
                $"the integer value of priority ({said}) must not be provided in pod spec; {Computed} {value} from the given PriorityClass name"));
        }

        string policy = chosen?.PreemptionPolicy ?? DefaultPolicy;
        if (spec.String("preemptionPolicy") is { } saidPolicy && saidPolicy != policy)
        {
            return request.Forbid(
                $"the string value of PreemptionPolicy ({saidPolicy}) must not be provided in pod spec; {Computed} {policy} from the given PriorityClass name");
        }

        spec["priority"] = value;
        spec["preemptionPolicy"] = policy;
        return null;
    }

    /// <summary>An update that leaves out what admission set at the creation does not mean to take it away.</summary>
    private static void KeepOld(JsonObject spec, JsonObject? old)
    {
        foreach (string field in (ReadOnlySpan<string>)["priority", "preemptionPolicy", "priorityClassName"])
        {
            if (spec[field] is null && old?[field] is { } value)
                spec[field] = value.DeepClone();
        }
    }

    private sealed record PriorityClass(string Name, long Value, string PreemptionPolicy, bool IsDefault)
    {
        public static PriorityClass Read(StoredObject stored)
        {
            var item = KubeObject.Parse(stored.Json);
            return new PriorityClass(
                item.Name, item.Json.Integer("value") ?? 0, item.Json.String("preemptionPolicy") ?? DefaultPolicy, item.Json.Boolean("globalDefault") == true);
        }
    }

    /// <summary><paramref name="Default"/>: of several, which should not be, the one with the lowest value.</summary>
    private sealed record Classes(Dictionary<string, PriorityClass> ByName, PriorityClass? Default)
    {
        public static Classes Of(Snapshot snapshot)
        {
            Dictionary<string, PriorityClass> all = snapshot.Scan().Select(PriorityClass.Read).ToDictionary(item => item.Name);
            return new Classes(all, all.Values.Where(item => item.IsDefault).MinBy(item => item.Value));
        }
    }
}
