// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using static Pelago.Kube.JsonSteps;

namespace Pelago.Kube;

/// <summary>
/// What a cell shows of a pod, read from the document in one pass and without a tree. One instance reads one pod after the other and
/// allocates nothing for them: this runs for every change of tens of thousands.
/// </summary>
internal sealed class PodCell
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth };
    private readonly char[] _key = new char[CellProtocol.MaxNameBytes];
    private readonly char[] _namespace = new char[NameRules.LabelMaxLength];
    private readonly char[] _name = new char[NameRules.SubdomainMaxLength];
    private readonly char[] _node = new char[NameRules.SubdomainMaxLength];
    private int _namespaceLength;
    private int _nameLength;
    private int _nodeLength;
    private bool _isDeleting;
    private bool _isReady;
    private bool _hasContainers;
    private Phase _phase;

    private enum Phase
    {
        Pending,
        Running,
        Succeeded,
        Failed,
    }

    /// <summary><c>namespace/name</c>; valid until the next read.</summary>
    public ReadOnlySpan<char> Key => _key.AsSpan(0, _namespaceLength + 1 + _nameLength);

    /// <summary>Empty when the pod is not bound.</summary>
    public ReadOnlySpan<char> Node => _node.AsSpan(0, _nodeLength);

    public CellFlags Flags { get; private set; }

    /// <summary>An end that was reached stays: a finished pod that is being deleted is as finished as before.</summary>
    public CellState State => _phase switch
    {
        Phase.Succeeded => CellState.Succeeded,
        Phase.Failed => CellState.Failed,
        _ when _isDeleting => CellState.Terminating,
        Phase.Running => _isReady ? CellState.Ready : CellState.Running,
        _ => _nodeLength == 0 ? CellState.Pending : _hasContainers ? CellState.Starting : CellState.Scheduled,
    };

    /// <exception cref="JsonException">The document is no object with a name.</exception>
    public void Read(ReadOnlySpan<byte> pod)
    {
        _namespaceLength = _nameLength = _nodeLength = 0;
        _isDeleting = _isReady = _hasContainers = false;
        _phase = Phase.Pending;
        Flags = CellFlags.None;
        try
        {
            ReadDocument(pod);
        }
        catch (InvalidOperationException fault)
        {
            throw new JsonException("the pod has text that is not UTF-8", fault);
        }

        if (_nameLength == 0)
            throw new JsonException("the pod has no name");
        _namespace.AsSpan(0, _namespaceLength).CopyTo(_key);
        _key[_namespaceLength] = '/';
        _name.AsSpan(0, _nameLength).CopyTo(_key.AsSpan(_namespaceLength + 1));
    }

    private void ReadDocument(ReadOnlySpan<byte> pod)
    {
        var reader = new Utf8JsonReader(pod, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the pod is not a JSON object");
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
                ReadMetadata(ref reader);
            else if (reader.ValueTextEquals("spec"u8))
                ReadSpec(ref reader);
            else if (reader.ValueTextEquals("status"u8))
                ReadStatus(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
                _nameLength = ReadName(ref reader, _name);
            else if (reader.ValueTextEquals("namespace"u8))
                _namespaceLength = ReadName(ref reader, _namespace);
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
                _isDeleting = Enters(ref reader, JsonTokenType.String);
            else
                reader.Skip();
        }
    }

    private void ReadSpec(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("nodeName"u8))
                _nodeLength = ReadName(ref reader, _node);
            else
                reader.Skip();
        }
    }

    private void ReadStatus(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("phase"u8))
                ReadPhase(ref reader);
            else if (reader.ValueTextEquals("conditions"u8))
                ReadConditions(ref reader);
            else if (reader.ValueTextEquals("containerStatuses"u8) || reader.ValueTextEquals("initContainerStatuses"u8))
                ReadContainers(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadPhase(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.String))
            return;
        bool isUnknown = reader.ValueTextEquals("Unknown"u8);
        if (isUnknown)
            Flags |= CellFlags.Unknown;
        _phase = reader.ValueTextEquals("Running"u8) || isUnknown ? Phase.Running
            : reader.ValueTextEquals("Succeeded"u8) ? Phase.Succeeded
            : reader.ValueTextEquals("Failed"u8) ? Phase.Failed
            : Phase.Pending;
    }

    private void ReadConditions(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return;
        while (NextObject(ref reader))
            ReadCondition(ref reader);
    }

    private void ReadCondition(ref Utf8JsonReader reader)
    {
        bool isReady = false, isScheduled = false, isTrue = false, isFalse = false;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                if (Enters(ref reader, JsonTokenType.String))
                    (isReady, isScheduled) = (reader.ValueTextEquals("Ready"u8), reader.ValueTextEquals("PodScheduled"u8));
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                if (Enters(ref reader, JsonTokenType.String))
                    (isTrue, isFalse) = (reader.ValueTextEquals("True"u8), reader.ValueTextEquals("False"u8));
            }
            else
            {
                reader.Skip();
            }
        }

        _isReady |= isReady && isTrue;
        if (isScheduled && isFalse)
            Flags |= CellFlags.Unschedulable;
    }

    private void ReadContainers(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return;
        while (NextObject(ref reader))
            ReadContainer(ref reader);
    }

    private void ReadContainer(ref Utf8JsonReader reader)
    {
        _hasContainers = true;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("restartCount"u8))
            {
                if (Enters(ref reader, JsonTokenType.Number) && reader.TryGetInt64(out long restarts) && restarts > 0)
                    Flags |= CellFlags.Restarted;
            }
            else if (reader.ValueTextEquals("state"u8))
            {
                ReadContainerState(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadContainerState(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("waiting"u8))
                ReadWaiting(ref reader);
            else
                reader.Skip();
        }
    }

    /// <summary>To wait for the other containers or for one's own making is the ordinary way to start.</summary>
    private void ReadWaiting(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (!reader.ValueTextEquals("reason"u8))
                reader.Skip();
            else if (Enters(ref reader, JsonTokenType.String) && !reader.ValueTextEquals("ContainerCreating"u8)
                && !reader.ValueTextEquals("PodInitializing"u8) && !reader.ValueTextEquals(""u8))
                Flags |= CellFlags.Waiting;
        }
    }

    private static int ReadName(ref Utf8JsonReader reader, char[] target)
    {
        if (!Enters(ref reader, JsonTokenType.String))
            return 0;
        if (reader.ValueSpan.Length > target.Length)
            throw new JsonException($"a name in the pod is longer than {target.Length} bytes");
        int length = reader.CopyString(target);
        if (target.AsSpan(0, length).ContainsAnyExceptInRange(' ', '~'))
            throw new JsonException("a name in the pod has characters that no name has");
        return length;
    }
}
