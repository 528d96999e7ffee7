// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;

namespace Pelago.Hub.Page.Streams.Columns;

/// <summary>The word in kubectl's column STATUS: the reason that a container gives, else that of the pod, else its phase.</summary>
internal static class PodStatusWord
{
    public static string Of(JsonElement pod)
    {
        JsonElement status = PodColumns.Child(pod, "status");
        string word = PodColumns.Text(status, "reason") is { Length: > 0 } reason ? reason : PodColumns.Text(status, "phase");
        word = OfInit(pod) ?? OfContainers(pod, word);
        if (PodColumns.Text(PodColumns.Child(pod, "metadata"), "deletionTimestamp").Length > 0)
            return PodColumns.Text(status, "reason") == "NodeLost" ? "Unknown" : "Terminating";
        return word.Length > 0 ? word : "Unknown";
    }

    /// <summary>Null once all init containers are through.</summary>
    private static string? OfInit(JsonElement pod)
    {
        List<JsonElement> specs = [.. PodColumns.Items(PodColumns.Child(PodColumns.Child(pod, "spec"), "initContainers"))];
        int index = 0;
        foreach (JsonElement container in PodColumns.Statuses(pod, "initContainerStatuses"))
        {
            JsonElement state = PodColumns.Child(container, "state");
            JsonElement ended = PodColumns.Child(state, "terminated");
            bool isSidecar = index < specs.Count && PodColumns.Text(specs[index], "restartPolicy") == "Always";
            bool isThrough = (ended.ValueKind == JsonValueKind.Object && Exit(ended) == 0) || (isSidecar && PodColumns.IsTrue(container, "started"));
            if (isThrough)
            {
                index++;
                continue;
            }
            if (ended.ValueKind == JsonValueKind.Object)
                return "Init:" + (PodColumns.Text(ended, "reason") is { Length: > 0 } why ? why : Ended(ended));
            string waits = PodColumns.Text(PodColumns.Child(state, "waiting"), "reason");
            return waits.Length > 0 && waits != "PodInitializing" ? "Init:" + waits : string.Create(CultureInfo.InvariantCulture, $"Init:{index}/{specs.Count}");
        }
        return null;
    }

    private static string OfContainers(JsonElement pod, string word)
    {
        bool runs = false;
        foreach (JsonElement container in PodColumns.Statuses(pod, "containerStatuses").Reverse())
        {
            JsonElement state = PodColumns.Child(container, "state");
            JsonElement ended = PodColumns.Child(state, "terminated");
            if (PodColumns.Text(PodColumns.Child(state, "waiting"), "reason") is { Length: > 0 } waits)
                word = waits;
            else if (ended.ValueKind == JsonValueKind.Object)
                word = PodColumns.Text(ended, "reason") is { Length: > 0 } why ? why : Ended(ended);
            else if (PodColumns.IsTrue(container, "ready") && PodColumns.Child(state, "running").ValueKind == JsonValueKind.Object)
                runs = true;
        }
        return word == "Completed" && runs ? IsReady(pod) ? "Running" : "NotReady" : word;
    }

    private static bool IsReady(JsonElement pod) => PodColumns.Statuses(pod, "conditions")
        .Any(condition => PodColumns.Text(condition, "type") == "Ready" && PodColumns.Text(condition, "status") == "True");

    private static string Ended(JsonElement ended)
    {
        long signal = Number(ended, "signal");
        return string.Create(CultureInfo.InvariantCulture, $"{(signal != 0 ? "Signal" : "ExitCode")}:{(signal != 0 ? signal : Exit(ended))}");
    }

    private static long Exit(JsonElement ended) => Number(ended, "exitCode");

    private static long Number(JsonElement json, string name) => PodColumns.Child(json, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : 0;
}
