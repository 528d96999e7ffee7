// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Pelago.Kube;

/// <summary>The pass behind <see cref="MetadataScan"/>.</summary>
internal ref struct MetadataReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth };
    private readonly FieldPaths _paths;
    private Utf8JsonReader _reader;
    private List<byte>? _unescaped;
    private int _topFieldsLeft;

    public MetadataReader(ReadOnlySpan<byte> json, FieldPaths paths)
    {
        _reader = new Utf8JsonReader(json, Options);
        _paths = paths;
        Known = new Utf8Slice[(int)KnownField.Unknown];
        Array.Fill(Known, Utf8Slice.Absent);
        Fields = paths.Paths.Count == 0 ? [] : new Utf8Slice[paths.Paths.Count];
        Array.Fill(Fields, Utf8Slice.Absent);
    }

    public Utf8Slice[] Known { get; }
    public Utf8Slice[] Fields { get; }
    public Utf8Slice[]? Labels { get; private set; }
    public int SpliceAt { get; private set; }
    public readonly byte[]? Unescaped => _unescaped?.ToArray();

    public void Read()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the document is not a JSON object");

        // apiVersion, kind and metadata, and whatever was chosen outside metadata.
        _topFieldsLeft = 3 + _paths.Root.Children.Count(child => !child.Name.AsSpan().SequenceEqual("metadata"u8));
        while (_topFieldsLeft > 0 && _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            ReadTop();
    }

    private void ReadTop()
    {
        KnownField known = TopField();
        FieldPaths.Node? chosen = ChosenChild(_paths.Root);
        _reader.Read();
        if (known == KnownField.Metadata)
            ReadMetadata(chosen);
        else if (known != KnownField.Unknown)
            Known[(int)known] = Scalar();
        if (known != KnownField.Unknown)
            _topFieldsLeft--;
        if (known != KnownField.Metadata && chosen is not null)
        {
            _topFieldsLeft--;
            ReadChosen(chosen);
        }

        _reader.Skip();
    }

    private readonly KnownField TopField()
    {
        if (_reader.ValueTextEquals("metadata"u8))
            return KnownField.Metadata;
        if (_reader.ValueTextEquals("kind"u8))
            return KnownField.Kind;
        return _reader.ValueTextEquals("apiVersion"u8) ? KnownField.ApiVersion : KnownField.Unknown;
    }

    private void ReadMetadata(FieldPaths.Node? chosen)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
            return;
        int start = (int)_reader.TokenStartIndex;
        SpliceAt = start + 1;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            KnownField known = MetadataField();
            FieldPaths.Node? child = chosen is null ? null : ChosenChild(chosen);
            _reader.Read();
            if (known == KnownField.Labels)
                ReadLabels(child);
            else if (known is KnownField.Annotations or KnownField.Finalizers or KnownField.OwnerReferences)
                Known[(int)known] = Whole(child);
            else if (known != KnownField.Unknown)
                Known[(int)known] = Scalar();
            if (child is not null)
                ReadChosen(child);
            _reader.Skip();
        }

        Known[(int)KnownField.Metadata] = new Utf8Slice(start, (int)_reader.BytesConsumed - start);
    }

    private readonly KnownField MetadataField()
    {
        ReadOnlySpan<byte> name = _reader.ValueSpan;
        return name.Length switch
        {
            3 when name.SequenceEqual("uid"u8) => KnownField.Uid,
            4 when name.SequenceEqual("name"u8) => KnownField.Name,
            6 when name.SequenceEqual("labels"u8) => KnownField.Labels,
            9 when name.SequenceEqual("namespace"u8) => KnownField.Namespace,
            10 when name.SequenceEqual("generation"u8) => KnownField.Generation,
            10 when name.SequenceEqual("finalizers"u8) => KnownField.Finalizers,
            11 when name.SequenceEqual("annotations"u8) => KnownField.Annotations,
            12 when name.SequenceEqual("generateName"u8) => KnownField.GenerateName,
            15 when name.SequenceEqual("resourceVersion"u8) => KnownField.ResourceVersion,
            15 when name.SequenceEqual("ownerReferences"u8) => KnownField.OwnerReferences,
            17 when name.SequenceEqual("creationTimestamp"u8) => KnownField.CreationTimestamp,
            17 when name.SequenceEqual("deletionTimestamp"u8) => KnownField.DeletionTimestamp,
            _ => KnownField.Unknown,
        };
    }

    private void ReadLabels(FieldPaths.Node? chosen)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
            return;
        var slices = new List<Utf8Slice>(8);
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            slices.Add(Text());
            FieldPaths.Node? child = chosen is null ? null : ChosenChild(chosen);
            _reader.Read();
            Utf8Slice value = Scalar();
            slices.Add(value.IsPresent ? value : new Utf8Slice(0, 0));
            if (child is { Index: >= 0 })
                Fields[child.Index] = value;
            _reader.Skip();
        }

        Labels = [.. slices];
    }

    /// <summary>The whole value as it is spelled. A path that leads into it is followed by a reader of its own.</summary>
    private Utf8Slice Whole(FieldPaths.Node? chosen)
    {
        int start = (int)_reader.TokenStartIndex;
        Utf8JsonReader inside = _reader;
        _reader.Skip();
        Utf8JsonReader after = _reader;
        if (chosen is not null)
        {
            _reader = inside;
            ReadChosen(chosen);
            _reader = after;
        }

        return _reader.TokenType == JsonTokenType.Null ? Utf8Slice.Absent : new Utf8Slice(start, (int)_reader.BytesConsumed - start);
    }

    private void ReadChosen(FieldPaths.Node node)
    {
        if (node.Index >= 0 && !Fields[node.Index].IsPresent)
            Fields[node.Index] = Scalar();
        if (node.Children.Count == 0 || _reader.TokenType != JsonTokenType.StartObject)
            return;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            FieldPaths.Node? child = ChosenChild(node);
            _reader.Read();
            if (child is not null)
                ReadChosen(child);
            _reader.Skip();
        }
    }

    private readonly FieldPaths.Node? ChosenChild(FieldPaths.Node node)
    {
        foreach (FieldPaths.Node child in node.Children)
        {
            if (_reader.ValueTextEquals(child.Name))
                return child;
        }

        return null;
    }

    private Utf8Slice Scalar() => _reader.TokenType switch
    {
        JsonTokenType.String => Text(),
        JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => new Utf8Slice((int)_reader.TokenStartIndex, _reader.ValueSpan.Length),
        _ => Utf8Slice.Absent,
    };

    private Utf8Slice Text()
    {
        if (!_reader.ValueIsEscaped)
            return new Utf8Slice((int)_reader.TokenStartIndex + 1, _reader.ValueSpan.Length);
        byte[] buffer = new byte[_reader.ValueSpan.Length];
        int length = _reader.CopyString(buffer);
        _unescaped ??= [];
        int start = _unescaped.Count;
        _unescaped.AddRange(buffer.AsSpan(0, length));
        return new Utf8Slice(~start, length);
    }
}
