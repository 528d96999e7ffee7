// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>The names that a CustomResourceDefinition asks for.</summary>
internal sealed class NameRulesOfDefinition(List<StatusCause> causes)
{
    private const string Path = "spec.names";

    public void CheckRequired(JsonObject names)
    {
        foreach (string field in (ReadOnlySpan<string>)["plural", "singular", "kind", "listKind"])
        {
            if (string.IsNullOrEmpty(names.String(field)))
                causes.Add(FieldCause.Required($"{Path}.{field}"));
        }
        Check(names.String("plural"), $"{Path}.plural");
        Check(names.String("singular"), $"{Path}.singular");
        CheckMixedCase(names.String("kind"), $"{Path}.kind");
        CheckMixedCase(names.String("listKind"), $"{Path}.listKind");
        CheckEach(names, "shortNames");
        if (names.String("kind") is { Length: > 0 } kind && kind == names.String("listKind"))
            causes.Add(FieldCause.Invalid($"{Path}.listKind", kind, "kind and listKind may not be the same"));
        CheckEach(names, "categories");
    }

    private void CheckEach(JsonObject names, string field)
    {
        IReadOnlyList<string> values = DefinitionReading.Strings(names, field);
        for (int i = 0; i < values.Count; i++)
            Check(values[i], $"{Path}.{field}[{i}]");
    }

    private void Check(string? name, string path)
    {
        if (!string.IsNullOrEmpty(name) && NameRules.Dns1035Label(name) is { Count: > 0 } complaints)
            causes.Add(FieldCause.Invalid(path, name, string.Join(",", complaints)));
    }

    private void CheckMixedCase(string? name, string path)
    {
        if (!string.IsNullOrEmpty(name) && NameRules.Dns1035Label(name.ToLowerInvariant()) is { Count: > 0 } complaints)
            causes.Add(FieldCause.Invalid(path, name, "may have mixed case, but should otherwise match: " + string.Join(",", complaints)));
    }
}
