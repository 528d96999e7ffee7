// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>What a pod uses: the sum of its containers or its largest init container, and its overhead (upstream pkg/quota/v1/evaluator/core/pods.go).</summary>
internal static class PodUsage
{
    /// <summary>The quota on host ports that the pods of a namespace ask for.</summary>
    public const string HostPorts = "count/ports.pelago.dev";

    private static readonly string[] MustBeSaid = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    /// <summary>Finished pods use nothing; a deleted one uses what it does until its grace period is over.</summary>
    public static QuotaAmounts Of(KubeObject pod, DateTimeOffset now)
    {
        if (IsOver(pod, now) || pod.Spec is not { } spec)
            return new QuotaAmounts();
        QuotaAmounts usage = Requested(spec);
        usage["pods"] = Quantity.FromValue(1);
        if (pod.Annotations?.String(HostPortRequests.Annotation) is { } ports && HostPortRequests.TryParse(ports, out HostPortRequests? asked, out _))
            usage[HostPorts] = Quantity.FromValue(asked.Count);
        return usage;
    }

    /// <summary>
    /// Quotas on compute resources need each container to say how much it asks for. Null when all do, else what upstream says:
    /// <c>must specify limits.memory for: a,b; requests.cpu for: a</c>.
    /// </summary>
    public static string? Unsaid(JsonObject spec, IEnumerable<string> limited)
    {
        var missing = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        string[] required = [.. limited.Intersect(MustBeSaid)];
        foreach (JsonObject container in Containers(spec, "containers").Concat(Containers(spec, "initContainers")))
        {
            QuotaAmounts said = OfContainer(container);
            foreach (string name in required.Where(name => !said.Has(name)))
            {
                if (!missing.TryGetValue(name, out SortedSet<string>? containers))
                    missing[name] = containers = new SortedSet<string>(StringComparer.Ordinal);
                containers.Add(container.String("name") ?? "");
            }
        }

        return missing.Count == 0 ? null : $"must specify {string.Join("; ", missing.Select(pair => $"{pair.Key} for: {string.Join(',', pair.Value)}"))}";
    }

    private static QuotaAmounts Requested(JsonObject spec)
    {
        var running = new QuotaAmounts();
        foreach (JsonObject container in Containers(spec, "containers"))
            running.Add(OfContainer(container));

        // sidecars (init containers that restart) stay; each other init container runs alone beside those before it
        var peak = new QuotaAmounts();
        var sidecars = new QuotaAmounts();
        foreach (JsonObject container in Containers(spec, "initContainers"))
        {
            QuotaAmounts own = OfContainer(container);
            if (container.String("restartPolicy") == "Always")
            {
                sidecars.Add(own);
                running.Add(own);
                own = new QuotaAmounts();
            }

            own.Add(sidecars);
            peak.Raise(own);
        }

        running.Raise(peak);
        foreach ((string name, Quantity amount) in QuotaAmounts.Read(spec.Object("overhead")).Entries)
        {
            running.Add(name, amount);
            running.Add($"requests.{name}", amount);

            // without a limit there is nothing to raise
            if (running.Has($"limits.{name}"))
                running.Add($"limits.{name}", amount);
        }

        return running;
    }

    private static QuotaAmounts OfContainer(JsonObject container)
    {
        JsonObject? resources = container.Object("resources");
        return Named(resources?.Object("requests"), resources?.Object("limits"));
    }

    /// <summary>Requests count under their own name and under requests.NAME, limits under limits.NAME; extended resources as requests only.</summary>
    private static QuotaAmounts Named(JsonObject? requests, JsonObject? limits)
    {
        var usage = new QuotaAmounts();
        foreach ((string name, Quantity amount) in QuotaAmounts.Read(requests).Entries)
        {
            bool compute = name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal);
            usage[$"requests.{name}"] = amount;
            if (compute)
                usage[name] = amount;
        }

        foreach ((string name, Quantity amount) in QuotaAmounts.Read(limits).Entries)
        {
            if (name is "cpu" or "memory" or "ephemeral-storage")
                usage[$"limits.{name}"] = amount;
        }

        return usage;
    }

    private static bool IsOver(KubeObject pod, DateTimeOffset now)
    {
        if (pod.Status?.String("phase") is "Succeeded" or "Failed")
            return true;
        return DateTimeOffset.TryParse(pod.DeletionTimestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset deleted)
            && pod.Metadata.Integer("deletionGracePeriodSeconds") is not null && now > deleted;
    }

    private static IEnumerable<JsonObject> Containers(JsonObject spec, string field) => (spec.Array(field) ?? []).OfType<JsonObject>();
}
