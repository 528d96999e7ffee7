// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Nodes;

/// <summary>Which container of a pod a request means (upstream pkg/registry/core/pod/strategy.go).</summary>
internal static class PodContainers
{
    public static string Choose(KubeObject pod, string asked)
    {
        if (asked.Length > 0)
        {
            return Names(pod, "containers").Concat(Names(pod, "initContainers")).Concat(Names(pod, "ephemeralContainers")).Contains(asked)
                ? asked
                : throw Refused($"container {asked} is not valid for pod {pod.Name}");
        }

        string[] main = [.. Names(pod, "containers")];
        if (main.Length == 1)
            return main[0];
        string message = $"a container name must be specified for pod {pod.Name}";
        if (main.Length > 0)
            message += $", choose one of: [{string.Join(' ', main)}]";
        string[] init = [.. Names(pod, "initContainers")];
        if (main.Length > 0 && init.Length > 0)
            message += $" or one of the init containers: [{string.Join(' ', init)}]";
        throw Refused(message);
    }

    private static ApiStatusException Refused(string message) => new(ApiStatus.BadRequest(message));

    private static IEnumerable<string> Names(KubeObject pod, string list) =>
        (pod.Spec?.Array(list) ?? []).OfType<JsonObject>().Select(container => container.String("name") ?? "");
}
