// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Reads a pod document in one pass: plain fields into the view, and the fields that decide placement copied side by side into a small
/// document by which <see cref="PodClasses"/> knows the class. Names of containers and the like are left out, so replicas are alike.
/// </summary>
internal ref partial struct PodReader
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly ArrayBufferWriter<byte> _class;
    private Utf8JsonReader _reader;
    private string _namespace = "", _name = "", _uid = "", _resourceVersion = "", _phase = "", _nodeName = "", _nominated = "", _scheduler = "";
    private string? _created, _started, _unschedulable, _ports;
    private bool _isDeleting, _isGated;

    private PodReader(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = KubeJson.MaxDepth });
        _class = new ArrayBufferWriter<byte>(512);
    }

    /// <summary>A <see cref="JsonException"/> when the document is not a JSON object.</summary>
    public static PodView Read(ReadOnlyMemory<byte> json, PodClasses classes)
    {
        var reader = new PodReader(json.Span);
        reader.ReadDocument();
        return reader.ToView(classes);
    }

    private void ReadDocument()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the pod is not a JSON object");
        _class.Write("{"u8);
        while (NextField())
        {
            if (_reader.ValueTextEquals("metadata"u8))
                ReadMetadata();
            else if (_reader.ValueTextEquals("spec"u8))
                ReadSpec();
            else if (_reader.ValueTextEquals("status"u8))
                ReadStatus();
            else
                SkipValue();
        }
    }

    private readonly PodView ToView(PodClasses classes)
    {
        ReadOnlySpan<byte> source = _class.WrittenSpan;
        PodClass podClass = source.Length == 1 ? classes.Get("{}"u8) : classes.Get([.. source[..^1], (byte)'}']);
        DateTimeOffset created = MetaTime.TryParse(_created, out DateTimeOffset time) ? time : DateTimeOffset.UnixEpoch;
        return new PodView
        {
            Key = new ObjectKey(_namespace, _name),
            Uid = _uid,
            ResourceVersion = _resourceVersion,
            Class = podClass,
            Created = created,
            Started = MetaTime.TryParse(_started, out DateTimeOffset started) ? started : created,
            NodeName = string.IsInterned(_nodeName) ?? _nodeName,
            NominatedNodeName = _nominated,
            SchedulerName = string.IsInterned(_scheduler) ?? _scheduler,
            IsTerminated = _phase is "Succeeded" or "Failed",
            IsDeleting = _isDeleting,
            IsGated = _isGated,
            UnschedulableMessage = _unschedulable,
            Ports = podClass.PortRequests is null ? null : ReadPorts(_ports),
        };
    }

    /// <summary>Where nobody guards the annotation, whoever writes to a pod could take all ports of its node with it.</summary>
    private static HostPortAllocation? ReadPorts(string? text) =>
        text is not null && HostPortAllocation.TryParse(text, out HostPortAllocation? given) && given.Ports.Count <= HostPortRequests.MaxPorts ? given : null;

    private void ReadMetadata()
    {
        if (!EnterObject())
            return;
        while (NextField())
        {
            if (_reader.ValueTextEquals("name"u8))
                _name = Text();
            else if (_reader.ValueTextEquals("namespace"u8))
                KeepText("namespace"u8, _namespace = Text());
            else if (_reader.ValueTextEquals("uid"u8))
                _uid = Text();
            else if (_reader.ValueTextEquals("resourceVersion"u8))
                _resourceVersion = Text();
            else if (_reader.ValueTextEquals("creationTimestamp"u8))
                _created = Text();
            else if (_reader.ValueTextEquals("deletionTimestamp"u8))
                _isDeleting = Text().Length > 0;
            else if (_reader.ValueTextEquals("labels"u8))
                KeepRaw("labels"u8);
            else if (_reader.ValueTextEquals("annotations"u8))
                ReadAnnotations();
            else if (_reader.ValueTextEquals("ownerReferences"u8))
                ReadOwners();
            else
                SkipValue();
        }
    }

    private void ReadAnnotations()
    {
        if (!EnterObject())
            return;
        while (NextField())
        {
            if (_reader.ValueTextEquals(HostPortRequests.Annotation))
                KeepText("hostPorts"u8, Text());
            else if (_reader.ValueTextEquals(HostPortAllocation.Annotation))
                _ports = Text();
            else
                SkipValue();
        }
    }

    private void ReadOwners()
    {
        if (!EnterArray())
            return;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.StartObject)
        {
            string uid = "";
            bool isController = false;
            while (NextField())
            {
                if (_reader.ValueTextEquals("uid"u8))
                    uid = Text();
                else if (_reader.ValueTextEquals("controller"u8))
                    isController = Flag();
                else
                    SkipValue();
            }

            if (isController)
                KeepText("controller"u8, uid);
        }
    }

    private void ReadSpec()
    {
        if (!EnterObject())
            return;
        while (NextField())
        {
            if (_reader.ValueTextEquals("containers"u8))
                KeepContainers("containers"u8);
            else if (_reader.ValueTextEquals("initContainers"u8))
                KeepContainers("initContainers"u8);
            else if (_reader.ValueTextEquals("nodeName"u8))
                _nodeName = Text();
            else if (_reader.ValueTextEquals("schedulerName"u8))
                _scheduler = Text();
            else if (_reader.ValueTextEquals("volumes"u8))
                KeepClaims();
            else if (_reader.ValueTextEquals("schedulingGates"u8))
                _isGated = HasItems();
            else if (IsPlacementField())
                KeepRaw(_reader.ValueSpan);
            else
                SkipValue();
        }
    }

    private readonly bool IsPlacementField() => _reader.ValueTextEquals("nodeSelector"u8) || _reader.ValueTextEquals("affinity"u8)
        || _reader.ValueTextEquals("tolerations"u8) || _reader.ValueTextEquals("topologySpreadConstraints"u8) || _reader.ValueTextEquals("overhead"u8)
        || _reader.ValueTextEquals("priority"u8) || _reader.ValueTextEquals("preemptionPolicy"u8);

    private void ReadStatus()
    {
        if (!EnterObject())
            return;
        while (NextField())
        {
            if (_reader.ValueTextEquals("phase"u8))
                _phase = Text();
            else if (_reader.ValueTextEquals("nominatedNodeName"u8))
                _nominated = Text();
            else if (_reader.ValueTextEquals("startTime"u8))
                _started = Text();
            else if (_reader.ValueTextEquals("conditions"u8))
                ReadConditions();
            else
                SkipValue();
        }
    }

    private void ReadConditions()
    {
        if (!EnterArray())
            return;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.StartObject)
        {
            bool isScheduled = false, isFalse = false;
            string message = "";
            while (NextField())
            {
                if (_reader.ValueTextEquals("type"u8))
                    isScheduled = Text() == "PodScheduled";
                else if (_reader.ValueTextEquals("status"u8))
                    isFalse = Text() == "False";
                else if (_reader.ValueTextEquals("message"u8))
                    message = Text();
                else
                    SkipValue();
            }

            if (isScheduled && isFalse)
                _unschedulable = message;
        }
    }

    private bool NextField() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    private bool EnterObject()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.StartObject || Pass();
    }

    private bool EnterArray()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.StartArray || Pass();
    }

    private bool Pass()
    {
        _reader.Skip();
        return false;
    }

    private void SkipValue()
    {
        _reader.Read();
        _reader.Skip();
    }

    private string Text()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.String)
            return _reader.GetString()!;
        _reader.Skip();
        return "";
    }

    private bool Flag()
    {
        _reader.Read();
        _reader.Skip();
        return _reader.TokenType == JsonTokenType.True;
    }

    private bool HasItems()
    {
        _reader.Read();
        long start = _reader.TokenStartIndex;
        bool isContainer = _reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject;
        _reader.Skip();
        return isContainer && _reader.BytesConsumed - start > 2;
    }
}
