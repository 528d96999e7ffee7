// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Engine.Strategies;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>
/// What every write does to metadata (apiserver pkg/registry/rest/{create,update,meta}.go) and the check of what clients put there
/// (apimachinery pkg/api/validation/objectmeta.go).
/// </summary>
internal static class MetadataRules
{
    private const int MaxAnnotationBytes = 256 * 1024;

    /// <summary>The fields that only the server writes.</summary>
    public static void FillForCreate(KubeObject created, DateTimeOffset now)
    {
        JsonObject metadata = created.Metadata;
        metadata.Remove("resourceVersion");
        metadata.Remove("deletionTimestamp");
        metadata.Remove("deletionGracePeriodSeconds");
        metadata.Remove("selfLink");
        metadata.Remove("generation");
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = MetaTime.Format(now);
    }

    /// <summary>What an update cannot change comes from the stored object; uid, name and namespace are checked elsewhere.</summary>
    public static void KeepForUpdate(KubeObject updated, KubeObject old)
    {
        Keep(updated, old, "creationTimestamp");
        Keep(updated, old, "deletionTimestamp");
        Keep(updated, old, "deletionGracePeriodSeconds");
        Keep(updated, old, "generation");
        updated.Metadata.Remove("selfLink");
    }

    /// <summary>Writes through some status subresources leave these to the main resource.</summary>
    public static void KeepForStatus(KubeObject updated, KubeObject old)
    {
        foreach (string field in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences", "generateName"])
            Keep(updated, old, field);
    }

    public static void Validate(KubeObject subject, ResourceKind kind, FieldErrors errors)
    {
        bool namespaced = kind.Namespaced;
        ValidateName(subject, kind.NameRule, errors);
        if (namespaced && subject.Namespace.Length == 0)
            errors.Required("metadata.namespace");
        foreach (string complaint in namespaced && subject.Namespace.Length > 0 ? NameRules.Dns1123Label(subject.Namespace) : [])
            errors.Invalid("metadata.namespace", subject.Namespace, complaint);
        ValidateLabels(subject.Labels, "metadata.labels", errors);
        ValidateAnnotations(subject.Annotations, errors);
        ValidateOwners(subject.OwnerReferences, errors);
        ValidateFinalizers(subject.Finalizers, isCore: !kind.IsCustom && kind.Group is not ("apiextensions.k8s.io" or "apiregistration.k8s.io"), errors);
    }

    public static void ValidateUpdate(KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (updated.Name != old.Name)
            errors.Invalid("metadata.name", updated.Name, "field is immutable");
        if (updated.Namespace != old.Namespace)
            errors.Invalid("metadata.namespace", updated.Namespace, "field is immutable");
        if (!old.IsDeleting)
            return;
        var before = Strings(old.Finalizers).ToHashSet();
        string[] added = [.. Strings(updated.Finalizers).Where(finalizer => !before.Contains(finalizer)).Order(StringComparer.Ordinal)];
        if (added.Length > 0)
        {
            string list = string.Join(", ", added.Select(finalizer => $"\"{finalizer}\""));
            errors.Forbidden(
                "metadata.finalizers",
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}");
        }
    }

    public static void ValidateLabels(JsonObject? labels, string path, FieldErrors errors)
    {
        foreach ((string key, JsonNode? value) in labels ?? [])
        {
            foreach (string complaint in NameRules.QualifiedName(key))
                errors.Invalid(path, key, complaint);
            string text = (value as JsonValue)?.TryGetValue(out string? label) == true ? label : "";
            foreach (string complaint in NameRules.LabelValue(text))
                errors.Invalid(path, text, complaint);
        }
    }

    private static void ValidateName(KubeObject subject, Func<string, IReadOnlyList<string>> nameRule, FieldErrors errors)
    {
        string generateName = subject.GenerateName;
        if (generateName.Length > 0)
        {
            foreach (string complaint in nameRule(NameRules.MaskTrailingDash(generateName)))
                errors.Invalid("metadata.generateName", generateName, complaint);
        }

        if (subject.Name.Length == 0)
        {
            errors.Required("metadata.name", "name or generateName is required");
            return;
        }

        foreach (string complaint in nameRule(subject.Name))
            errors.Invalid("metadata.name", subject.Name, complaint);
    }

    private static void ValidateAnnotations(JsonObject? annotations, FieldErrors errors)
    {
        long bytes = 0;
        foreach ((string key, JsonNode? value) in annotations ?? [])
        {
            foreach (string complaint in NameRules.QualifiedName(key.ToLowerInvariant()))
                errors.Invalid("metadata.annotations", key, complaint);
            bytes += Encoding.UTF8.GetByteCount(key) + ((value as JsonValue)?.TryGetValue(out string? text) == true ? Encoding.UTF8.GetByteCount(text) : 0);
        }

        if (bytes > MaxAnnotationBytes)
            errors.TooLong("metadata.annotations", MaxAnnotationBytes);
    }

    private static void ValidateOwners(JsonArray? owners, FieldErrors errors)
    {
        string controller = "";
        for (int i = 0; i < (owners?.Count ?? 0); i++)
        {
            if (owners![i] is not JsonObject owner)
                continue;
            const string path = "metadata.ownerReferences";
            string apiVersion = owner.String("apiVersion") ?? "";
            if (!GroupVersion.TryParse(apiVersion, out GroupVersion version) || version.Version.Length == 0)
                errors.Invalid($"{path}.apiVersion", apiVersion, "version must not be empty");
            foreach (string field in (ReadOnlySpan<string>)["kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.String(field)))
                    errors.Invalid($"{path}.{field}", "", $"{field} must not be empty");
            }

            if (owner.Boolean("controller") != true)
                continue;
            string name = $"{owner.String("kind")}/{owner.String("name")}";
            if (controller.Length > 0)
            {
                errors.Invalid(
                    "metadata.ownerReferences", owners,
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {name}");
            }

            controller = name;
        }
    }

    private static void ValidateFinalizers(JsonArray? finalizers, bool isCore, FieldErrors errors)
    {
        bool orphan = false, foreground = false;
        foreach (string finalizer in Strings(finalizers))
        {
            foreach (string complaint in NameRules.QualifiedName(finalizer))
                errors.Invalid("metadata.finalizers", finalizer, complaint);
            orphan |= finalizer == "orphan";
            foreground |= finalizer == "foregroundDeletion";
        }

        if (orphan && foreground)
            errors.Invalid("metadata.finalizers", GoSyntax.Strings(Strings(finalizers)), "finalizer orphan and foregroundDeletion cannot be both set");
        int index = 0;
        foreach (string finalizer in isCore ? Strings(finalizers) : [])
        {
            // Core validation wants more than metadata's own: a standard name, or one with a domain.
            if (!finalizer.Contains('/', StringComparison.Ordinal) && finalizer is not ("kubernetes" or "orphan" or "foregroundDeletion"))
                errors.Invalid($"metadata.finalizers[{index}]", finalizer, "name is neither a standard finalizer name nor is it fully qualified");
            index++;
        }
    }

    private static void Keep(KubeObject updated, KubeObject old, string field)
    {
        if (old.Metadata[field] is { } value)
            updated.Metadata[field] = value.DeepClone();
        else
            updated.Metadata.Remove(field);
    }

    private static IEnumerable<string> Strings(JsonArray? array) =>
        (array ?? []).Select(item => (item as JsonValue)?.TryGetValue(out string? text) == true ? text : "").Where(text => text.Length > 0);
}
