// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>Whatever logic speaks of is also there outside of it (apiextensions pkg/apiserver/schema/complete.go).</summary>
internal sealed class CompletenessRules(List<StatusCause> causes)
{
    public void Check(JsonObject schema, string path) => CheckLogic(schema, schema, path, path);

    private void CheckLogic(JsonObject logic, JsonObject structure, string path, string logicPath)
    {
        if (logic.Object("not") is { } not)
            CheckNested(not, structure, path, $"{logicPath}.not");
        foreach (string keyword in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            foreach ((int i, JsonObject alternative) in SchemaReading.Alternatives(logic, keyword))
                CheckNested(alternative, structure, path, $"{logicPath}.{keyword}[{i}]");
        }
    }

    private void CheckNested(JsonObject nested, JsonObject? structure, string path, string nestedPath)
    {
        if (structure is null)
        {
            causes.Add(FieldCause.Required(path, $"because it is defined in {nestedPath}"));
            return;
        }
        CheckLogic(nested, structure, path, nestedPath);
        if (nested.Object("items") is { } items)
            CheckNested(items, structure.Object("items"), $"{path}.items", $"{nestedPath}.items");
        foreach ((string name, JsonObject property) in SchemaReading.Properties(nested))
            CheckNested(property, structure.Object("properties")?.Object(name), $"{path}.properties[{name}]", $"{nestedPath}.properties[{name}]");
    }
}
