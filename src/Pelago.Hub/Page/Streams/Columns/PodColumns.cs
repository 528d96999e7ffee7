// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams.Columns;

/// <summary>What only all of a pod together says: its state in a word as kubectl prints it, and what it asks of its node as schedulers count it.</summary>
internal static class PodColumns
{
    public const string Names = "pod.status(), pod.state(), pod.ready(), pod.restarts(), pod.cpu(), pod.memory()";

    public static Func<JsonElement, byte[]>? Find(string function) => function switch
    {
        "pod.status" => static pod => Column.Text(PodStatusWord.Of(pod)),
        "pod.state" => State,
        "pod.ready" => Ready,
        "pod.restarts" => static pod => Column.Number(Statuses(pod, "containerStatuses").Sum(Restarts) + Statuses(pod, "initContainerStatuses").Where(IsSidecar(pod)).Sum(Restarts)),
        "pod.cpu" => static pod => Column.Number(Requested(pod, "cpu")),
        "pod.memory" => static pod => Column.Number(Requested(pod, "memory")),
        _ => null,
    };

    public static JsonElement Child(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value : default;

    public static IEnumerable<JsonElement> Items(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    public static IEnumerable<JsonElement> Statuses(JsonElement pod, string list) => Items(Child(Child(pod, "status"), list));

    public static string Text(JsonElement json, string name) => Child(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    public static bool IsTrue(JsonElement json, string name) => Child(json, name).ValueKind == JsonValueKind.True;

    private static byte[] State(JsonElement pod)
    {
        try
        {
            return Column.Text(PodLook.Read(JsonMarshal.GetRawUtf8Value(pod)).State.ToString());
        }
        catch (JsonException)
        {
            return [.. "null"u8]; // somebody asks this of what is no pod
        }
    }

    private static byte[] Ready(JsonElement pod)
    {
        int all = Items(Child(Child(pod, "spec"), "containers")).Count();
        int ready = Statuses(pod, "containerStatuses").Count(status => IsTrue(status, "ready"));
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"{ready}/{all}\""));
    }

    private static double Restarts(JsonElement status) => Child(status, "restartCount") is { ValueKind: JsonValueKind.Number } count ? count.GetDouble() : 0;

    private static Func<JsonElement, bool> IsSidecar(JsonElement pod)
    {
        HashSet<string> names = [.. Items(Child(Child(pod, "spec"), "initContainers")).Where(IsRestartable).Select(container => Text(container, "name"))];
        return status => names.Contains(Text(status, "name"));
    }

    private static bool IsRestartable(JsonElement container) => Text(container, "restartPolicy") == "Always";

    /// <summary>All containers at once, or what one init container needs beside the sidecars before it, whichever is more; and the overhead.</summary>
    private static double Requested(JsonElement pod, string resource)
    {
        JsonElement spec = Child(pod, "spec");
        double sidecars = 0, first = 0;
        foreach (JsonElement container in Items(Child(spec, "initContainers")))
        {
            double asked = Asked(container, resource);
            if (IsRestartable(container))
                sidecars += asked;
            first = Math.Max(first, sidecars + (IsRestartable(container) ? 0 : asked));
        }
        double all = sidecars + Items(Child(spec, "containers")).Sum(container => Asked(container, resource));
        return Math.Max(all, first) + Quantities.Of(Child(Child(spec, "overhead"), resource));
    }

    private static double Asked(JsonElement container, string resource) => Quantities.Of(Child(Child(Child(container, "resources"), "requests"), resource));
}
