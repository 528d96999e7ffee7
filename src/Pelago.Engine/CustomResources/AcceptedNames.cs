// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.CustomResources;

/// <summary>Which of the names that a definition asks for it gets (apiextensions pkg/controller/status/naming_controller.go).</summary>
internal sealed class AcceptedNames
{
    private AcceptedNames(JsonObject names, string reason, string message) => (Names, Reason, Message) = (names, reason, message);

    /// <summary>The new <c>status.acceptedNames</c>: what is free of what is asked for, else what was accepted before.</summary>
    public JsonObject Names { get; }

    /// <summary><c>NoConflicts</c>, or the last conflict.</summary>
    public string Reason { get; }
    public string Message { get; }
    public bool AllAccepted => Reason == "NoConflicts";

    /// <param name="definition">The definition that asks.</param>
    /// <param name="resources">Plurals, singulars and short names that others of the group have.</param>
    /// <param name="kinds">Kinds and list kinds that others of the group have.</param>
    public static AcceptedNames Decide(KubeObject definition, IReadOnlySet<string> resources, IReadOnlySet<string> kinds)
    {
        JsonObject asked = DefinitionReading.Names(definition), accepted = DefinitionReading.AcceptedNames(definition);
        var names = (JsonObject)accepted.DeepClone();
        string reason = "NoConflicts", message = "no conflicts found";
        foreach ((string field, string conflict, IReadOnlySet<string> used) in new[]
        {
            ("plural", "PluralConflict", resources), ("singular", "SingularConflict", resources), ("shortNames", "ShortNamesConflict", resources),
            ("kind", "KindConflict", kinds), ("listKind", "ListKindConflict", kinds),
        })
        {
            string[] taken = [.. Values(asked, field).Where(name => used.Contains(name) && !Values(accepted, field).Contains(name))];
            if (taken.Length > 0)
                (reason, message) = (conflict, Describe(taken));
            else
                Copy(asked, names, field);
        }
        Copy(asked, names, "categories");
        return new AcceptedNames(names, reason, message);
    }

    private static IEnumerable<string> Values(JsonObject names, string field) =>
        field == "shortNames" ? DefinitionReading.Strings(names, field) : names.String(field) is { Length: > 0 } name ? [name] : [];

    private static string Describe(string[] taken)
    {
        string[] texts = [.. taken.Select(name => $"{GoText.Quote(name)} is already in use")];
        return texts.Length == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
    }

    private static void Copy(JsonObject from, JsonObject to, string field)
    {
        if (from[field] is { } value)
            to[field] = value.DeepClone();
        else
            to.Remove(field);
    }
}
