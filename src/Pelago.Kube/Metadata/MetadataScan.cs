// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pelago.Kube;

/// <summary>
/// What the server needs to know of a document without building its tree: one pass notes where things lie, texts are made when asked for.
/// The scan stops as soon as metadata and all chosen fields were seen. Immutable; keeps the document's bytes alive.
/// </summary>
public sealed class MetadataScan
{
    private readonly ReadOnlyMemory<byte> _json;
    private readonly byte[]? _unescaped;
    private readonly Utf8Slice[] _known;
    private readonly Utf8Slice[] _fields;
    private readonly Utf8Slice[]? _labels;

    internal MetadataScan(in MetadataReader reader, ReadOnlyMemory<byte> json, FieldPaths paths)
    {
        _json = json;
        _unescaped = reader.Unescaped;
        _known = reader.Known;
        _fields = reader.Fields;
        _labels = reader.Labels;
        Paths = paths;
        SpliceAt = reader.SpliceAt;
    }

    public FieldPaths Paths { get; }
    public string ApiVersion => Text(KnownField.ApiVersion);
    public string Kind => Text(KnownField.Kind);
    public string Name => Text(KnownField.Name);
    public string GenerateName => Text(KnownField.GenerateName);
    public string Namespace => Text(KnownField.Namespace);
    public string Uid => Text(KnownField.Uid);
    public string ResourceVersion => Text(KnownField.ResourceVersion);
    public long Generation => long.TryParse(Raw(KnownField.Generation), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : 0;
    public string? CreationTimestamp => TextOrNull(KnownField.CreationTimestamp);
    public string? DeletionTimestamp => TextOrNull(KnownField.DeletionTimestamp);
    public bool IsDeleting => _known[(int)KnownField.DeletionTimestamp].IsPresent;
    public Utf8Labels Labels => new(_json, _unescaped, _labels);

    /// <summary>Byte offset just after the opening brace of metadata, where <c>"resourceVersion":"N",</c> can be spliced in; 0 without metadata.</summary>
    public int SpliceAt { get; }

    /// <summary>The metadata object as it is spelled, braces included; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Metadata
    {
        get
        {
            Utf8Slice slice = _known[(int)KnownField.Metadata];
            return slice.IsPresent ? _json.Slice(slice.Start, slice.Length) : default;
        }
    }

    public bool HasFinalizers => Raw(KnownField.Finalizers).IndexOf((byte)'"') >= 0;

    public IReadOnlyList<string> Finalizers => HasFinalizers ? MetadataLists.Strings(Raw(KnownField.Finalizers)) : [];

    public bool HasOwners => Raw(KnownField.OwnerReferences).IndexOf((byte)'{') >= 0;

    public IReadOnlyList<OwnerReference> OwnerReferences => HasOwners ? MetadataLists.Owners(Raw(KnownField.OwnerReferences)) : [];

    /// <summary>The owner that manages the object; null if none does.</summary>
    public OwnerReference? Controller => OwnerReferences.FirstOrDefault(owner => owner.Controller);

    /// <summary>Reads a document; a <see cref="JsonException"/> when it is not a JSON object of at most <see cref="KubeJson.MaxDepth"/> levels.</summary>
    public static MetadataScan Read(ReadOnlyMemory<byte> json, FieldPaths? fields = null)
    {
        FieldPaths paths = fields ?? FieldPaths.None;
        var reader = new MetadataReader(json.Span, paths);
        reader.Read();
        return new MetadataScan(reader, json, paths);
    }

    /// <summary>One annotation; null when it is absent. Looked up in the document each time.</summary>
    public string? Annotation(string key) => MetadataLists.ValueOf(Raw(KnownField.Annotations), key);

    /// <summary>A chosen field: strings as their text, numbers and booleans as spelled; null when absent, null, an object or an array.</summary>
    public string? Field(int index) => _fields[index].IsPresent ? Encoding.UTF8.GetString(_fields[index].In(_json.Span, _unescaped)) : null;

    /// <summary>A field by the name that field selectors use: metadata.name, metadata.namespace, or one of the chosen paths.</summary>
    public string? Field(string path)
    {
        int index = Paths.IndexOf(path);
        if (index >= 0)
            return Field(index);
        return path switch
        {
            "metadata.name" => Name,
            "metadata.namespace" => Namespace,
            _ => null,
        };
    }

    private string Text(KnownField field) => TextOrNull(field) ?? "";

    private string? TextOrNull(KnownField field) => _known[(int)field].IsPresent ? Encoding.UTF8.GetString(Raw(field)) : null;

    private ReadOnlySpan<byte> Raw(KnownField field) => _known[(int)field] is { IsPresent: true } slice ? slice.In(_json.Span, _unescaped) : [];
}
