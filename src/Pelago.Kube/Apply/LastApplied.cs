// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// kubectl's annotation with the configuration of the last client-side apply: server-side applies by kubectl take over what it says, and
/// keep it up to date, so that users can go back (apimachinery managedfields/internal/lastapplied*.go).
/// </summary>
internal static class LastApplied
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The fields of the annotation's configuration that are still as it says; null without a usable annotation.</summary>
    public static FieldSet? OwnedFields(JsonObject live, SchemaNode? schema, string apiVersion)
    {
        if (Read(live) is not { } text || Parse(text) is not { } configuration || configuration.String("apiVersion") != apiVersion)
            return null;
        try
        {
            TypedCheck.Check(live, schema);
            TypedCheck.Check(configuration, schema);
            FieldComparison comparison = FieldComparison.Of(configuration, live, schema);
            return FieldCollector.FieldsOf(configuration, schema)
                .Difference(comparison.Modified).Difference(comparison.Added).Difference(comparison.Removed);
        }
        catch (FieldTypeException)
        {
            return null;
        }
    }

    /// <summary>Writes the configuration into the annotation of an object that has one.</summary>
    public static void Refresh(JsonObject document, JsonObject applied)
    {
        if (Read(document) is null)
            return;
        var configuration = (JsonObject)applied.DeepClone();
        if (configuration.Object("metadata")?.Object("annotations") is { } annotations)
        {
            annotations.Remove(Annotation);
            if (annotations.Count == 0)
                configuration.Object("metadata")!.Remove("annotations");
        }
        document.Object("metadata")!.Object("annotations")![Annotation] = Encoding.UTF8.GetString(KubeJson.ToUtf8(configuration)) + "\n";
    }

    private static string? Read(JsonObject document) =>
        document.Object("metadata")?.Object("annotations")?.String(Annotation) is { Length: > 0 } text ? text : null;

    private static JsonObject? Parse(string text)
    {
        try
        {
            return KubeJson.Parse(Encoding.UTF8.GetBytes(text)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
