// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.CustomResources;

/// <summary>The conditions of a CustomResourceDefinition.</summary>
internal sealed class DefinitionConditions(TimeProvider time)
{
    /// <summary>Sets a condition in place; the transition time only moves with the status. False when nothing changed.</summary>
    public bool Set(KubeObject definition, string type, bool status, string reason, string message)
    {
        string text = status ? "True" : "False";
        JsonObject? present = DefinitionReading.Condition(definition, type);
        if (present is not null && present.String("status") == text && present.String("reason") == reason && present.String("message") == message)
            return false;
        if (present is null)
        {
            present = new JsonObject { ["type"] = type };
            JsonObject own = definition.Json.ObjectOrNew("status");
            if (own.Array("conditions") is not { } conditions)
                own["conditions"] = conditions = [];
            conditions.Add((JsonNode)present);
        }
        if (present.String("status") != text)
            present["lastTransitionTime"] = MetaTime.Now(time);
        present["status"] = text;
        present["reason"] = reason;
        present["message"] = message;
        return true;
    }
}
