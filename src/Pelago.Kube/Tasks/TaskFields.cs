// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>The fields of tasks. Their names are part of the command line and of the API: one that is there stays.</summary>
public static class TaskFields
{
    public static readonly TaskField Cluster = new("cluster", "CLUSTER", task => task.Pod.Cluster);
    public static readonly TaskField Id = new("id", "ID", task => task.Id);
    public static readonly TaskField Namespace = new("namespace", "NAMESPACE", task => task.Pod.Namespace);
    public static readonly TaskField Pod = new("pod", "POD", task => task.Pod.Name);
    public static readonly TaskField Container = new("container", "CONTAINER", task => task.Container);
    public static readonly TaskField State = new("state", "STATE", TaskFieldKind.State, task => (long)task.State);
    public static readonly TaskField Restarts = new("restarts", "RESTARTS", TaskFieldKind.Count, task => task.Restarts);

    /// <summary>Since its pod was made.</summary>
    public static readonly TaskField Age = new("age", "AGE", TaskFieldKind.Age, task => task.Pod.Created);

    /// <summary>Since its last run began.</summary>
    public static readonly TaskField Started = new("started", "STARTED", TaskFieldKind.Age, task => task.Started);

    /// <summary>Since its last run ended.</summary>
    public static readonly TaskField Ended = new("ended", "ENDED", TaskFieldKind.Age, task => task.Finished);
    public static readonly TaskField Exit = new("exit", "EXIT", TaskFieldKind.Count, task => task.ExitCode ?? PodTask.Unknown);
    public static readonly TaskField Reason = new("reason", "REASON", task => task.Reason);
    public static readonly TaskField Node = new("node", "NODE", task => task.Pod.Node);
    public static readonly TaskField Ip = new("ip", "IP", task => task.Pod.Ip);
    public static readonly TaskField Owner = new("owner", "OWNER", task => task.Pod.Owner);
    public static readonly TaskField Image = new("image", "IMAGE", task => task.Image);
    public static readonly TaskField Init = new("init", "INIT", task => task.IsInit ? "true" : "false");
    public static readonly TaskField Cpu = new("cpu", "CPU", TaskFieldKind.Cpu, task => task.CpuRequest);
    public static readonly TaskField CpuLimit = new("cpulimit", "CPU LIMIT", TaskFieldKind.Cpu, task => task.CpuLimit);
    public static readonly TaskField CpuUsed = new("cpuused", "CPU USED", TaskFieldKind.Cpu, task => task.CpuUsed);
    public static readonly TaskField Memory = new("mem", "MEM", TaskFieldKind.Memory, task => task.MemoryRequest);
    public static readonly TaskField MemoryLimit = new("memlimit", "MEM LIMIT", TaskFieldKind.Memory, task => task.MemoryLimit);
    public static readonly TaskField MemoryUsed = new("memused", "MEM USED", TaskFieldKind.Memory, task => task.MemoryUsed);

    public static readonly TaskField Uid = new("uid", "POD UID", task => task.Pod.Uid);
    public static readonly TaskField Labels = new("labels", "LABELS", task => string.Join(',', task.Pod.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")));

    /// <summary>All of them, in the order in which help lists them.</summary>
    public static readonly IReadOnlyList<TaskField> All =
    [
        Cluster, Id, Namespace, Pod, Container, State, Restarts, Age, Started, Ended, Exit, Reason, Node, Ip, Owner, Image, Init,
        Cpu, CpuLimit, CpuUsed, Memory, MemoryLimit, MemoryUsed, Uid, Labels,
    ];

    private static readonly Dictionary<string, TaskField> ByName = new(All.Select(field => KeyValuePair.Create(field.Name, field)), StringComparer.OrdinalIgnoreCase)
    {
        ["ns"] = Namespace,
        ["memory"] = Memory,
        ["workload"] = Owner,
    };

    /// <summary>The field of a name or of its short form; null when there is none.</summary>
    public static TaskField? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>What to say of a name that is none.</summary>
    internal static string NoSuch(string name) => $"a task has no field \"{name}\"; its fields are {string.Join(", ", All.Select(field => field.Name))}";

    /// <summary>Reads a list of names, as for columns: <c>id,node,cpu</c>.</summary>
    public static bool TryParseList(string text, out IReadOnlyList<TaskField> fields, out string? error)
    {
        var found = new List<TaskField>();
        (fields, error) = (found, null);
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Find(name) is not { } field)
            {
                error = NoSuch(name);
                return false;
            }

            if (!found.Contains(field))
                found.Add(field);
        }

        error = found.Count == 0 ? "no field is named" : null;
        return error is null;
    }
}
