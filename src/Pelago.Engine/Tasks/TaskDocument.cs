// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Tasks;

/// <summary>A task as an object of the API: <c>tasks.pelago.dev/v1alpha1 Task</c>, named <c>pod.container</c>.</summary>
internal static class TaskDocument
{
    public const string Group = "tasks.pelago.dev";
    public const string Version = "v1alpha1";

    public static StoredObject Of(PodTask task)
    {
        var metadata = new JsonObject { ["name"] = task.Name, ["namespace"] = task.Pod.Namespace };
        if (task.Pod.Created > 0)
            metadata["creationTimestamp"] = Time(task.Pod.Created);
        if (task.Pod.Labels.Count > 0)
            metadata["labels"] = new JsonObject(task.Pod.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        var json = new JsonObject
        {
            ["apiVersion"] = $"{Group}/{Version}", ["kind"] = "Task", ["metadata"] = metadata, ["spec"] = Spec(task), ["status"] = Status(task),
        };
        return new StoredObject(new ObjectKey(task.Pod.Namespace, task.Name), 0, KubeJson.ToUtf8(json));
    }

    private static JsonObject Spec(PodTask task)
    {
        var spec = new JsonObject { ["pod"] = task.Pod.Name, ["podUID"] = task.Pod.Uid, ["container"] = task.Container, ["init"] = task.IsInit, ["image"] = task.Image };
        AddText(spec, "nodeName", task.Pod.Node);
        AddText(spec, "owner", task.Pod.Owner);
        var resources = new JsonObject();
        AddAmounts(resources, "requests", task.CpuRequest, task.MemoryRequest);
        AddAmounts(resources, "limits", task.CpuLimit, task.MemoryLimit);
        if (resources.Count > 0)
            spec["resources"] = resources;
        return spec;
    }

    private static JsonObject Status(PodTask task)
    {
        var status = new JsonObject { ["state"] = TaskStates.NameOf(task.State), ["restartCount"] = task.Restarts };
        AddText(status, "reason", task.Reason);
        AddText(status, "podIP", task.Pod.Ip);
        if (task.ExitCode is { } code)
            status["exitCode"] = code;
        if (task.Started > 0)
            status["startedAt"] = Time(task.Started);
        if (task.Finished > 0)
            status["finishedAt"] = Time(task.Finished);
        AddAmounts(status, "usage", task.CpuUsed, task.MemoryUsed);
        return status;
    }

    private static void AddText(JsonObject json, string name, string text)
    {
        if (text.Length > 0)
            json[name] = text;
    }

    private static void AddAmounts(JsonObject json, string name, long cpu, long memory)
    {
        var amounts = new JsonObject();
        if (cpu >= 0)
            amounts["cpu"] = Quantity.FromMilli(cpu).ToString();
        if (memory >= 0)
            amounts["memory"] = Quantity.FromValue(memory, QuantityFormat.BinarySI).ToString();
        if (amounts.Count > 0)
            json[name] = amounts;
    }

    private static string Time(long seconds) => MetaTime.Format(DateTimeOffset.FromUnixTimeSeconds(seconds));
}
