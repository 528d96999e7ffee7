// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.CustomResources;

/// <summary>Reads a CustomResourceDefinition.</summary>
internal static class DefinitionReading
{
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    public static string Group(KubeObject definition) => definition.Spec?.String("group") ?? "";

    public static JsonObject Names(KubeObject definition) => definition.Spec?.Object("names") ?? [];

    public static JsonObject AcceptedNames(KubeObject definition) => definition.Status?.Object("acceptedNames") ?? [];

    public static IReadOnlyList<JsonObject> Versions(KubeObject definition) => [.. definition.Spec?.Array("versions")?.OfType<JsonObject>() ?? []];

    public static JsonObject? Schema(JsonObject version) => version.Object("schema")?.Object("openAPIV3Schema");

    public static IReadOnlyList<string> Strings(JsonObject json, string field) =>
        [.. json.Array(field)?.OfType<JsonValue>().Select(value => value.TryGetValue(out string? text) ? text : "") ?? []];

    public static JsonObject? Condition(KubeObject definition, string type) =>
        definition.Status?.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);

    public static bool IsTrue(KubeObject definition, string type) => Condition(definition, type)?.String("status") == "True";
}
