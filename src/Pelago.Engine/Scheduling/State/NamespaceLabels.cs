// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>The labels of namespaces, which terms with a namespaceSelector ask for. One owner: the scheduler's loop.</summary>
internal sealed class NamespaceLabels
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _labels = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> LabelsOf(string name) => _labels.GetValueOrDefault(name, None);

    public void Set(string name, IReadOnlyDictionary<string, string> labels) => _labels[name] = labels;

    public void Remove(string name) => _labels.Remove(name);
}
