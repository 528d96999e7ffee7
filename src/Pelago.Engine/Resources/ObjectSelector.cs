// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>The label and field selectors of one list, watch or deletecollection, over stored objects.</summary>
internal sealed class ObjectSelector
{
    private readonly FieldIndex _index;
    private readonly LabelSelector _labels;
    private readonly FieldSelector _fields;

    private ObjectSelector(FieldIndex index, LabelSelector labels, FieldSelector fields)
    {
        _index = index;
        _labels = labels;
        _fields = fields;
        Name = fields.RequiresExactMatch("metadata.name");
        Namespace = fields.RequiresExactMatch("metadata.namespace");
    }

    public bool IsEverything => _labels.IsEverything && _fields.IsEverything;

    /// <summary>The one name that can match, if a field selector says so.</summary>
    public string? Name { get; }

    /// <summary>The one namespace that can match, if a field selector says so.</summary>
    public string? Namespace { get; }

    /// <summary>Reads the selectors of the options; a 400 with the parser's words when one is bad or names a field that is not selectable.</summary>
    public static ApiStatus? TryParse(ResourceKind kind, ListOptions options, out ObjectSelector? selector)
    {
        selector = null;
        LabelSelector? labels = LabelSelector.Everything;
        if (!string.IsNullOrEmpty(options.LabelSelector) && !LabelSelector.TryParse(options.LabelSelector, out labels, out string? error))
            return ApiStatus.BadRequest(error);
        FieldSelector? fields = FieldSelector.Everything;
        if (!string.IsNullOrEmpty(options.FieldSelector) && !FieldSelector.TryParse(options.FieldSelector, out fields, out error))
            return ApiStatus.BadRequest(error);
        foreach (FieldTerm term in fields.Terms)
        {
            if (!kind.Fields.IsSelectable(term.Field))
                return ApiStatus.BadRequest(NotSelectable(kind, term.Field));
        }

        selector = new ObjectSelector(kind.Fields, labels, fields);
        return null;
    }

    public bool Matches(StoredObject stored)
    {
        if (!_labels.IsEverything && !_labels.Matches(_index.LabelsOf(stored)))
            return false;
        foreach (FieldTerm term in _fields.Terms)
        {
            if (string.Equals(_index.Value(stored, term.Field), term.Value, StringComparison.Ordinal) == term.Negated)
                return false;
        }

        return true;
    }

    private static string NotSelectable(ResourceKind kind, string field)
    {
        if (kind.Group == "apps" || !kind.IsCustom && !kind.Fields.SelectableLabels.Any())
            return $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
        return kind.Group == "batch" ? $"field label \"{field}\" not supported for batchv1.{kind.Kind}" : $"field label not supported: {field}";
    }
}
