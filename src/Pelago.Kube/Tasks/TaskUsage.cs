// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using static Pelago.Kube.JsonSteps;

namespace Pelago.Kube;

/// <summary>What containers use now, read from PodMetrics of metrics.k8s.io and given to the tasks that they are.</summary>
public sealed class TaskUsage
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth };
    private readonly Dictionary<(ObjectKey Pod, string Container), (long Cpu, long Memory)> _used = [];

    /// <summary>How many containers were measured.</summary>
    public int Count => _used.Count;

    /// <summary>The fields that take it.</summary>
    public static bool IsNeededFor(TaskQuery query) =>
        query.Order.Fields.Concat(query.Fields ?? []).Concat(query.Selector.Where.Fields).Any(field => field == TaskFields.CpuUsed || field == TaskFields.MemoryUsed);

    /// <summary>The task with what it uses; the same one when that is not known.</summary>
    public PodTask Of(PodTask task) =>
        _used.TryGetValue((new ObjectKey(task.Pod.Namespace, task.Pod.Name), task.Container), out (long Cpu, long Memory) used)
            ? task with { CpuUsed = used.Cpu, MemoryUsed = used.Memory } : task;

    /// <summary>Adds one PodMetrics document.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public void Add(ReadOnlySpan<byte> podMetrics)
    {
        var reader = new Utf8JsonReader(podMetrics, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the measurement is not a JSON object");
        string ns = "", name = "";
        var containers = new List<(string Name, long Cpu, long Memory)>();
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
                (ns, name) = ReadMetadata(ref reader);
            else if (reader.ValueTextEquals("containers"u8))
                ReadContainers(ref reader, containers);
            else
                reader.Skip();
        }

        foreach ((string container, long cpu, long memory) in containers)
            _used[(new ObjectKey(ns, name), container)] = (cpu, memory);
    }

    private static (string Namespace, string Name) ReadMetadata(ref Utf8JsonReader reader)
    {
        string ns = "", name = "";
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return (ns, name);
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("namespace"u8))
                ns = ReadText(ref reader);
            else if (reader.ValueTextEquals("name"u8))
                name = ReadText(ref reader);
            else
                reader.Skip();
        }

        return (ns, name);
    }

    private static void ReadContainers(ref Utf8JsonReader reader, List<(string Name, long Cpu, long Memory)> containers)
    {
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return;
        while (NextObject(ref reader))
        {
            (string name, long cpu, long memory) = ("", PodTask.Unknown, PodTask.Unknown);
            while (Next(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                    name = ReadText(ref reader);
                else if (reader.ValueTextEquals("usage"u8))
                    (cpu, memory) = ReadUsage(ref reader);
                else
                    reader.Skip();
            }

            containers.Add((name, cpu, memory));
        }
    }

    private static (long Cpu, long Memory) ReadUsage(ref Utf8JsonReader reader)
    {
        (long cpu, long memory) = (PodTask.Unknown, PodTask.Unknown);
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return (cpu, memory);
        while (Next(ref reader))
        {
            bool isCpu = reader.ValueTextEquals("cpu"u8), isMemory = reader.ValueTextEquals("memory"u8);
            bool isAmount = Quantity.TryParse(ReadText(ref reader), out Quantity amount);
            if (isCpu && isAmount)
                cpu = amount.MilliValue;
            else if (isMemory && isAmount)
                memory = amount.Value;
        }

        return (cpu, memory);
    }

    private static string ReadText(ref Utf8JsonReader reader) => Enters(ref reader, JsonTokenType.String) ? reader.GetString()! : "";
}
