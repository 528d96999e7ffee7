// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using static Pelago.Kube.JsonSteps;

namespace Pelago.Kube;

/// <summary>
/// Reads the tasks of pods from their documents, in one pass and without a tree. What many tasks repeat is kept once, for as long as the reader is.
/// For one caller at a time.
/// </summary>
/// <param name="cluster">What people call the cluster that the pods are of.</param>
public sealed class TaskReader(string cluster)
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth };
    private static readonly Dictionary<string, string> NoLabels = [];
    private readonly SharedTexts _texts = new();
    private readonly List<ContainerSpec> _specs = [];
    private readonly Dictionary<string, ContainerStatus> _statuses = new(StringComparer.Ordinal);
    private readonly char[] _name = new char[NameRules.SubdomainMaxLength];
    private string _podName = "";
    private string _namespace = "";
    private string _uid = "";
    private string _node = "";
    private string _ip = "";
    private IReadOnlyDictionary<string, string> _labels = NoLabels;
    private long _created;
    private PodSigns _signs;
    private string _ownerKind = "";
    private string _ownerName = "";

    /// <summary>Appends the tasks of a pod: its init containers, its containers, its ephemeral ones, each in the order of its spec.</summary>
    /// <exception cref="JsonException">The document is no object with a name, or has names that no pod has.</exception>
    public void Read(ReadOnlySpan<byte> pod, List<PodTask> tasks)
    {
        _podName = _namespace = _uid = _node = _ip = _ownerKind = _ownerName = "";
        _labels = NoLabels;
        _created = 0;
        _signs = default;
        _specs.Clear();
        _statuses.Clear();
        try
        {
            ReadDocument(pod);
        }
        catch (InvalidOperationException fault)
        {
            throw new JsonException("the pod has text that is not UTF-8", fault);
        }

        if (_podName.Length == 0)
            throw new JsonException("the pod has no name");
        var shared = new TaskPod
        {
            Cluster = cluster, Namespace = _namespace, Name = _podName, Uid = _uid, Node = _node, Ip = _ip, Owner = Owner(), Labels = _labels, Created = _created,
        };
        AddTasks(shared, isInit: true, tasks);
        AddTasks(shared, isInit: false, tasks);
    }

    private void AddTasks(TaskPod pod, bool isInit, List<PodTask> tasks)
    {
        foreach (ContainerSpec spec in _specs)
        {
            if (spec.IsInit == isInit)
                tasks.Add(Make(pod, spec));
        }
    }

    private PodTask Make(TaskPod pod, ContainerSpec spec)
    {
        ContainerStatus status = _statuses.GetValueOrDefault(spec.Name, ContainerStatus.None);
        ContainerRun now = status.Now, ended = now.Phase == ContainerPhase.Terminated ? now : status.Before;
        TaskState state = _signs.StateOf(now);
        return new PodTask
        {
            Pod = pod, Container = spec.Name, IsInit = spec.IsInit, Image = spec.Image, State = state, Restarts = status.Restarts,
            Reason = now.Reason.Length > 0 ? now.Reason : state is TaskState.Failed or TaskState.Lost or TaskState.Pending ? _signs.Reason ?? "" : "",
            ExitCode = ended.ExitCode,
            Started = now.Started > 0 ? now.Started : ended.Started,
            Finished = now.Phase == ContainerPhase.Running ? 0 : ended.Finished,
            CpuRequest = spec.Amounts.CpuRequest, MemoryRequest = spec.Amounts.MemoryRequest,
            CpuLimit = spec.Amounts.CpuLimit, MemoryLimit = spec.Amounts.MemoryLimit,
        };
    }

    private void ReadDocument(ReadOnlySpan<byte> pod)
    {
        var reader = new Utf8JsonReader(pod, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the pod is not a JSON object");
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
                ReadMetadata(ref reader, pod);
            else if (reader.ValueTextEquals("spec"u8))
                ReadSpec(ref reader);
            else if (reader.ValueTextEquals("status"u8))
                ReadStatus(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader, ReadOnlySpan<byte> pod)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
                _podName = ReadName(ref reader).ToString();
            else if (reader.ValueTextEquals("namespace"u8))
                _namespace = _texts.Of(ReadName(ref reader, NameRules.LabelMaxLength));
            else if (reader.ValueTextEquals("uid"u8))
                _uid = ReadName(ref reader).ToString();
            else if (reader.ValueTextEquals("creationTimestamp"u8))
                _created = ReadTime(ref reader);
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
                _signs.IsDeleting = Enters(ref reader, JsonTokenType.String);
            else if (reader.ValueTextEquals("labels"u8))
                ReadLabels(ref reader, pod);
            else if (reader.ValueTextEquals("ownerReferences"u8))
                ReadOwners(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadLabels(ref Utf8JsonReader reader, ReadOnlySpan<byte> pod)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        _labels = _texts.Labels(Encoding.UTF8.GetString(pod[start..(int)reader.BytesConsumed]));
    }

    private void ReadOwners(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return;
        while (NextObject(ref reader))
        {
            string kind = "", name = "";
            bool manages = false;
            while (Next(ref reader))
            {
                if (reader.ValueTextEquals("kind"u8))
                    kind = ReadText(ref reader);
                else if (reader.ValueTextEquals("name"u8))
                    name = ReadText(ref reader);
                else if (reader.ValueTextEquals("controller"u8))
                    manages = ReadFlag(ref reader);
                else
                    reader.Skip();
            }

            if (manages)
                (_ownerKind, _ownerName) = (kind, name);
        }
    }

    /// <summary>A Deployment names its ReplicaSets after itself and the hash that their pods carry as a label.</summary>
    private string Owner()
    {
        if (_ownerKind == "ReplicaSet" && _labels.TryGetValue("pod-template-hash", out string? hash)
            && _ownerName.EndsWith("-" + hash, StringComparison.Ordinal))
            return _texts.Of($"Deployment/{_ownerName.AsSpan(0, _ownerName.Length - hash.Length - 1)}");
        return _ownerKind.Length == 0 ? "" : _texts.Of($"{_ownerKind}/{_ownerName}");
    }

    private void ReadSpec(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            bool isInit = reader.ValueTextEquals("initContainers"u8);
            if (reader.ValueTextEquals("nodeName"u8))
                _node = _texts.Of(ReadName(ref reader));
            else if (isInit || reader.ValueTextEquals("containers"u8) || reader.ValueTextEquals("ephemeralContainers"u8))
                ReadContainers(ref reader, isInit);
            else
                reader.Skip();
        }

        _signs.IsBound = _node.Length > 0;
    }

    private void ReadContainers(ref Utf8JsonReader reader, bool isInit)
    {
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return;
        while (NextObject(ref reader))
        {
            string name = "", image = "";
            ContainerAmounts amounts = ContainerAmounts.None;
            while (Next(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                    name = _texts.Of(ReadName(ref reader, NameRules.LabelMaxLength));
                else if (reader.ValueTextEquals("image"u8))
                    image = ReadText(ref reader);
                else if (reader.ValueTextEquals("resources"u8))
                    amounts = ReadResources(ref reader);
                else
                    reader.Skip();
            }

            if (name.Length > 0)
                _specs.Add(new ContainerSpec(name, image, isInit, amounts));
        }
    }

    private ContainerAmounts ReadResources(ref Utf8JsonReader reader)
    {
        ContainerAmounts amounts = ContainerAmounts.None;
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return amounts;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("requests"u8))
                amounts = ReadAmounts(ref reader) is var (cpu, memory) ? amounts with { CpuRequest = cpu, MemoryRequest = memory } : amounts;
            else if (reader.ValueTextEquals("limits"u8))
                amounts = ReadAmounts(ref reader) is var (cpuLimit, memoryLimit) ? amounts with { CpuLimit = cpuLimit, MemoryLimit = memoryLimit } : amounts;
            else
                reader.Skip();
        }

        return amounts;
    }

    private (long Cpu, long Memory)? ReadAmounts(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return null;
        long cpu = PodTask.Unknown, memory = PodTask.Unknown;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("cpu"u8))
                cpu = ReadAmount(ref reader)?.MilliValue ?? PodTask.Unknown;
            else if (reader.ValueTextEquals("memory"u8))
                memory = ReadAmount(ref reader)?.Value ?? PodTask.Unknown;
            else
                reader.Skip();
        }

        return (cpu, memory);
    }

    private Quantity? ReadAmount(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return _texts.Amount(_texts.Text(ref reader));
        bool isNumber = reader.TokenType == JsonTokenType.Number;
        if (!isNumber)
            reader.Skip();
        return isNumber && reader.TryGetInt64(out long whole) ? Quantity.FromValue(whole) : null;
    }

    private void ReadStatus(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("phase"u8))
                _signs.Phase = ReadText(ref reader);
            else if (reader.ValueTextEquals("reason"u8))
                _signs.Reason = ReadText(ref reader);
            else if (reader.ValueTextEquals("podIP"u8))
                _ip = ReadText(ref reader);
            else if (reader.ValueTextEquals("containerStatuses"u8) || reader.ValueTextEquals("initContainerStatuses"u8)
                || reader.ValueTextEquals("ephemeralContainerStatuses"u8))
                ReadStatuses(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadStatuses(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return;
        while (NextObject(ref reader))
        {
            string name = "";
            int restarts = 0;
            ContainerRun now = ContainerRun.None, before = ContainerRun.None;
            while (Next(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                    name = ReadText(ref reader);
                else if (reader.ValueTextEquals("restartCount"u8))
                    restarts = Math.Max(0, ReadInteger(ref reader) ?? 0);
                else if (reader.ValueTextEquals("state"u8))
                    now = ReadRun(ref reader);
                else if (reader.ValueTextEquals("lastState"u8))
                    before = ReadRun(ref reader);
                else
                    reader.Skip();
            }

            _statuses[name] = new ContainerStatus(name, restarts, now, before);
        }
    }

    private ContainerRun ReadRun(ref Utf8JsonReader reader)
    {
        ContainerRun run = ContainerRun.None;
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return run;
        while (Next(ref reader))
        {
            ContainerPhase phase = reader.ValueTextEquals("waiting"u8) ? ContainerPhase.Waiting
                : reader.ValueTextEquals("running"u8) ? ContainerPhase.Running
                : reader.ValueTextEquals("terminated"u8) ? ContainerPhase.Terminated : ContainerPhase.Unsaid;
            if (phase == ContainerPhase.Unsaid)
                reader.Skip();
            else if (Enters(ref reader, JsonTokenType.StartObject))
                run = ReadRunOf(ref reader, phase);
        }

        return run;
    }

    private ContainerRun ReadRunOf(ref Utf8JsonReader reader, ContainerPhase phase)
    {
        ContainerRun run = ContainerRun.None with { Phase = phase };
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("reason"u8))
                run.Reason = ReadText(ref reader);
            else if (reader.ValueTextEquals("exitCode"u8))
                run.ExitCode = ReadInteger(ref reader);
            else if (reader.ValueTextEquals("startedAt"u8))
                run.Started = ReadTime(ref reader);
            else if (reader.ValueTextEquals("finishedAt"u8))
                run.Finished = ReadTime(ref reader);
            else
                reader.Skip();
        }

        return run;
    }

    private string ReadText(ref Utf8JsonReader reader) => Enters(ref reader, JsonTokenType.String) ? _texts.Text(ref reader) : "";

    private static bool ReadFlag(ref Utf8JsonReader reader)
    {
        reader.Read();
        bool isTrue = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return isTrue;
    }

    private static int? ReadInteger(ref Utf8JsonReader reader) =>
        Enters(ref reader, JsonTokenType.Number) && reader.TryGetInt32(out int value) ? value : null;

    private static long ReadTime(ref Utf8JsonReader reader) =>
        Enters(ref reader, JsonTokenType.String) && reader.TryGetDateTimeOffset(out DateTimeOffset time) ? time.ToUnixTimeSeconds() : 0;

    /// <summary>Valid until the next name.</summary>
    private ReadOnlySpan<char> ReadName(ref Utf8JsonReader reader, int longest = NameRules.SubdomainMaxLength)
    {
        if (!Enters(ref reader, JsonTokenType.String))
            return [];
        if (reader.ValueSpan.Length > longest)
            throw new JsonException($"a name in the pod is longer than {longest} bytes");
        ReadOnlySpan<char> name = _name.AsSpan(0, reader.CopyString(_name));
        if (name.ContainsAnyExceptInRange('!', '~'))
            throw new JsonException("a name in the pod has characters that no name has");
        return name;
    }
}
