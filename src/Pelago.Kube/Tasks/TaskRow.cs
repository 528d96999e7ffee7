// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Pelago.Kube;

/// <summary>A task while its row is read, value by value.</summary>
internal sealed class TaskRow
{
    private readonly Dictionary<TaskField, string> _texts = [];
    private readonly Dictionary<TaskField, long> _numbers = [];

    public void Set(TaskField field, string value) => _texts[field] = value;

    public void Set(TaskField field, long value) => _numbers[field] = value;

    /// <exception cref="JsonException">The row names no task.</exception>
    public PodTask ToTask(string cluster, SharedTexts shared)
    {
        string pod = Name(TaskFields.Pod, NameRules.SubdomainMaxLength), container = Name(TaskFields.Container, NameRules.LabelMaxLength);
        if (pod.Length == 0 || container.Length == 0)
            throw new JsonException("a row names no task");
        return new PodTask
        {
            Pod = new TaskPod
            {
                Cluster = cluster, Namespace = Name(TaskFields.Namespace, NameRules.LabelMaxLength), Name = pod, Uid = Text(TaskFields.Uid), Node = Text(TaskFields.Node),
                Ip = Text(TaskFields.Ip), Owner = Text(TaskFields.Owner), Labels = shared.LabelsOf(Text(TaskFields.Labels)), Created = Number(TaskFields.Age, 0),
            },
            Container = container,
            IsInit = Text(TaskFields.Init) == "true",
            State = TaskStates.TryParse(Text(TaskFields.State), out TaskState state) ? state : TaskState.Lost,
            Restarts = (int)Math.Clamp(Number(TaskFields.Restarts, 0), 0, int.MaxValue),
            ExitCode = _numbers.TryGetValue(TaskFields.Exit, out long exit) && exit is >= int.MinValue and <= int.MaxValue ? (int)exit : null,
            Reason = Text(TaskFields.Reason),
            Image = Text(TaskFields.Image),
            Started = Number(TaskFields.Started, 0),
            Finished = Number(TaskFields.Ended, 0),
            CpuRequest = Number(TaskFields.Cpu), MemoryRequest = Number(TaskFields.Memory),
            CpuLimit = Number(TaskFields.CpuLimit), MemoryLimit = Number(TaskFields.MemoryLimit),
            CpuUsed = Number(TaskFields.CpuUsed), MemoryUsed = Number(TaskFields.MemoryUsed),
        };
    }

    private string Text(TaskField field) => _texts.GetValueOrDefault(field, "");

    private long Number(TaskField field, long absent = PodTask.Unknown) => _numbers.TryGetValue(field, out long number) && number >= 0 ? number : absent;

    private string Name(TaskField field, int longest)
    {
        string name = Text(field);
        return name.Length <= longest && !name.AsSpan().ContainsAnyExceptInRange('!', '~') ? name : throw new JsonException($"a row has a {field.Name} that no task has");
    }
}
