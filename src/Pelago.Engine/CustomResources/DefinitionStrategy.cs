// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Strategies;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>CustomResourceDefinitions: the storage version is remembered in the status, names and schemas are checked, and objects go before their kind.</summary>
internal sealed class DefinitionStrategy : ResourceStrategy
{
    private const string RulesAreKept = "x-kubernetes-validations rules are kept, but this engine does not evaluate them";

    private const string NoWebhooks =
        "conversion webhooks are not called by this engine: objects are served in every version as they were stored, with another apiVersion";

    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        HoldUntilCleanedUp(created);
        created.Json["status"] = new JsonObject { ["conditions"] = new JsonArray(), ["acceptedNames"] = new JsonObject { ["kind"] = "", ["plural"] = "" } };
        RememberStorageVersion(created);
        Warn(context, created, null);
    }

    public override void PrepareForUpdate(StrategyContext context, KubeObject updated, KubeObject old)
    {
        if (context.Subresource.Length > 0)
            return;
        HoldUntilCleanedUp(updated);
        RememberStorageVersion(updated);
        Warn(context, updated, old);
    }

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        var causes = new List<StatusCause>();
        string required = $"{DefinitionReading.Names(subject).String("plural")}.{DefinitionReading.Group(subject)}";
        if (subject.Name != required)
            causes.Add(FieldCause.Invalid("metadata.name", subject.Name, "must be spec.names.plural+\".\"+spec.group"));
        if (context.Subresource.Length == 0)
            new DefinitionRules(subject, causes).Check();
        CheckStoredVersions(subject, causes);
        foreach (StatusCause cause in causes)
            errors.Add(cause);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        KeepFixed(updated.Spec?["group"], old.Spec?["group"], "spec.group", errors);
        KeepFixed(DefinitionReading.Names(updated)["plural"], DefinitionReading.Names(old)["plural"], "spec.names.plural", errors);
        if (!DefinitionReading.IsTrue(old, "Established"))
            return;
        KeepFixed(updated.Spec?["scope"], old.Spec?["scope"], "spec.scope", errors);
        KeepFixed(DefinitionReading.Names(updated)["kind"], DefinitionReading.Names(old)["kind"], "spec.names.kind", errors);
    }

    /// <summary>The finalizer holds a deleted definition until the controller has deleted its objects; a client's PUT must not lose it.</summary>
    private static void HoldUntilCleanedUp(KubeObject definition)
    {
        if (definition.IsDeleting)
            return;
        if (DefinitionReading.Strings(definition.Metadata, "finalizers").Contains(DefinitionReading.CleanupFinalizer))
            return;
        if (definition.Finalizers is not { } finalizers)
            definition.Metadata["finalizers"] = finalizers = [];
        finalizers.Add((JsonNode)DefinitionReading.CleanupFinalizer);
    }

    private static void KeepFixed(JsonNode? value, JsonNode? old, string path, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(value, old))
            errors.Add(FieldCause.Invalid(path, value, "field is immutable"));
    }

    private static void RememberStorageVersion(KubeObject definition)
    {
        string? storage = DefinitionReading.Versions(definition).FirstOrDefault(version => version.Boolean("storage") == true)?.String("name");
        JsonObject status = definition.Json.ObjectOrNew("status");
        if (status.Array("storedVersions") is not { } stored)
            status["storedVersions"] = stored = [];
        if (storage is not null && !DefinitionReading.Strings(status, "storedVersions").Contains(storage))
            stored.Add((JsonNode)storage);
    }

    private static void CheckStoredVersions(KubeObject definition, List<StatusCause> causes)
    {
        const string path = "status.storedVersions";
        IReadOnlyList<string> stored = definition.Status is { } status ? DefinitionReading.Strings(status, "storedVersions") : [];
        if (stored.Count == 0)
        {
            causes.Add(FieldCause.Invalid(path, new JsonArray(), "must have at least one stored version"));
            return;
        }
        IReadOnlyList<JsonObject> versions = DefinitionReading.Versions(definition);
        foreach (JsonObject version in versions)
        {
            if (version.Boolean("storage") == true && !stored.Contains(version.String("name") ?? ""))
                causes.Add(FieldCause.Invalid(path, definition.Status!["storedVersions"], $"must have the storage version {version.String("name")}"));
        }
        for (int i = 0; i < stored.Count; i++)
        {
            string name = stored[i];
            if (!versions.Any(version => version.String("name") == name))
                causes.Add(FieldCause.Invalid($"{path}[{i}]", name,
                    $"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration "
                    + $"ensures no data remains persisted in {name} and removes {name} from status.storedVersions"));
        }
    }

    /// <summary>What is accepted and yet not as it seems; on an update only what is new.</summary>
    private static void Warn(StrategyContext context, KubeObject definition, KubeObject? old)
    {
        HashSet<string> known = old is { } before ? [.. Warnings(before)] : [];
        foreach (string warning in Warnings(definition).Distinct(StringComparer.Ordinal).Where(warning => !known.Contains(warning)))
            context.Warnings.Add(warning);
    }

    private static IEnumerable<string> Warnings(KubeObject definition)
    {
        if (definition.Spec?.Object("conversion")?.String("strategy") == "Webhook")
            yield return NoWebhooks;
        foreach (JsonObject schema in DefinitionReading.Versions(definition).Select(DefinitionReading.Schema).OfType<JsonObject>().SelectMany(SchemaReading.All))
        {
            if (schema.String("format") is { } format && !SchemaNode.IsKnownFormat(schema.String("type"), format))
                yield return $"unrecognized format \"{format}\"";
            if (schema.Array("x-kubernetes-validations") is { Count: > 0 })
                yield return RulesAreKept;
        }
    }
}
