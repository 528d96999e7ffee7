// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Registry;

/// <summary>
/// The selectable fields of one store, and where their values are read from: one scan of the bytes of an object, made when first needed
/// and kept with it. <c>metadata.name</c> and <c>metadata.namespace</c> are selectable everywhere and come from the key.
/// </summary>
internal sealed class FieldIndex
{
    public static readonly FieldIndex NamesOnly = new();

    private readonly FieldPaths _paths;
    private readonly FrozenDictionary<string, (int[] Paths, string Absent)> _byLabel;
    private readonly Func<ReadOnlyMemory<byte>, MetadataScan> _scan;

    public FieldIndex(params SelectableField[] fields)
    {
        _paths = new FieldPaths([.. fields.SelectMany(selectable => selectable.Paths).Distinct()]);
        _byLabel = fields.ToFrozenDictionary(
            selectable => selectable.Label, selectable => (selectable.Paths.Select(_paths.IndexOf).ToArray(), selectable.Absent));
        _scan = json => MetadataScan.Read(json, _paths);
    }

    /// <summary>Labels of the fields that may be selected, besides metadata.name and metadata.namespace.</summary>
    public IEnumerable<string> SelectableLabels => _byLabel.Keys;

    public Utf8Labels LabelsOf(StoredObject stored) => stored.Facts(_scan).Labels;

    public bool IsSelectable(string label) => label is "metadata.name" or "metadata.namespace" || _byLabel.ContainsKey(label);

    /// <summary>The value of a selectable field; null when the label is not selectable.</summary>
    public string? Value(StoredObject stored, string label)
    {
        switch (label)
        {
            case "metadata.name":
                return stored.Key.Name;
            case "metadata.namespace":
                return stored.Key.Namespace;
        }

        if (!_byLabel.TryGetValue(label, out (int[] Paths, string Absent) selectable))
            return null;
        MetadataScan scan = stored.Facts(_scan);

        // The fields of a custom resource may have changed since the object was scanned.
        if (!ReferenceEquals(scan.Paths, _paths))
            scan = MetadataScan.Read(stored.Json, _paths);
        foreach (int path in selectable.Paths)
        {
            if (scan.Field(path) is { Length: > 0 } value)
                return value;
        }

        return selectable.Absent;
    }
}
