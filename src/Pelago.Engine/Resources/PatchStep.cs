// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Kube.Apply;
using Pelago.Kube.Patch;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Resources;

/// <summary>A patch that was read and can be applied to an object again and again, as retries need it.</summary>
internal sealed class PatchStep
{
    private readonly ResourceRequest _request;
    private readonly PatchType _type;
    private readonly WriteOptions _options;
    private readonly FieldOwnership _ownership;
    private readonly JsonNode? _patch;

    private PatchStep(ResourceRequest request, PatchType type, WriteOptions options, FieldOwnership ownership, JsonNode? patch)
    {
        _request = request;
        _type = type;
        _options = options;
        _ownership = ownership;
        _patch = patch;
    }

    public bool IsApply => _type == PatchType.Apply;

    /// <summary>True of a merge that says nothing of a spec, which then need not be read.</summary>
    public bool SparesSpec => _type is PatchType.Merge or PatchType.StrategicMerge && _patch is JsonObject patch
        && patch.All(static part => part.Key is "apiVersion" or "kind" or "metadata" or "status");

    /// <summary>The document of an apply; empty for the other patches.</summary>
    public JsonObject Configuration => IsApply ? (JsonObject)_patch! : [];

    public static (PatchStep? Step, ApiStatus? Refused) Read(
        ResourceRequest request, PatchType type, RequestBody body, WriteOptions options, FieldOwnership ownership)
    {
        if (type == PatchType.StrategicMerge && request.Kind.IsCustom)
            return (null, UnsupportedPatch(request));
        if (options.Force && type != PatchType.Apply)
            return (null, OptionInvalid("FieldValueForbidden", "force", "Forbidden: may not be specified for non-apply patch"));
        if (options.FieldManager.Length == 0 && type == PatchType.Apply)
            return (null, OptionInvalid("FieldValueRequired", "fieldManager", "Required value: is required for apply patch"));
        try
        {
            (JsonNode? patch, ApiStatus? bad) = type == PatchType.Apply
                ? ReadConfiguration(request, body, options)
                : ReadPatch(request, type, body, options);
            return bad is null ? (new PatchStep(request, type, options, ownership, patch), null) : (null, bad);
        }
        catch (JsonException fault)
        {
            return (null, ApiStatus.BadRequest($"error decoding patch: {StrictDecoding.Describe(fault)}"));
        }
        catch (PatchException fault)
        {
            return (null, fault.Status);
        }
    }

    /// <summary>The merged document, a tree of its own; or why the patch does not fit. Of an apply, <paramref name="current"/> may be null: a create.</summary>
    public (JsonObject? Merged, ApiStatus? Refused) Apply(JsonObject? current)
    {
        try
        {
            switch (_type)
            {
                case PatchType.Apply:
                    ApplyResult applied = _ownership.Apply(_request, _options, current, Configuration);
                    return (applied.Object, applied.Failure);
                case PatchType.Json:
                    return (JsonPatch.Apply(current!, _patch), null);
                case PatchType.Merge:
                    return (MergePatch.Apply(current!, _patch), null);
                default:
                    return (StrategicMergePatch.Apply(current!, _patch, _request.Version.Schema.Value), null);
            }
        }
        catch (PatchException fault)
        {
            return (null, fault.Status);
        }
    }

    /// <summary>The 415 that says which patch types the resource takes.</summary>
    public static ApiStatus UnsupportedPatch(ResourceRequest request)
    {
        string strategic = request.Kind.IsCustom ? "" : "application/strategic-merge-patch+json, ";
        return new ApiStatus
        {
            Code = 415,
            Reason = StatusReason.UnsupportedMediaType,
            Message = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
                + $"application/merge-patch+json, {strategic}application/apply-patch+yaml",
        };
    }

    private static (JsonNode? Patch, ApiStatus? Bad) ReadPatch(ResourceRequest request, PatchType type, RequestBody body, WriteOptions options)
    {
        JsonNode? patch = KubeJson.Parse(body.Bytes);
        if (type != PatchType.Json || options.FieldValidation == FieldValidation.Ignore || JsonPatch.StrictErrors(patch) is not { Count: > 0 } unknown)
            return (patch, null);
        if (options.FieldValidation == FieldValidation.Strict)
            return (null, ApiStatus.BadRequest($"strict decoding error: {string.Join(", ", unknown)}"));
        foreach (string warning in unknown)
            request.Warnings.Add(warning);
        return (patch, null);
    }

    private static (JsonNode? Patch, ApiStatus? Bad) ReadConfiguration(ResourceRequest request, RequestBody body, WriteOptions options)
    {
        if (!YamlReader.TryReadFirst(body.Bytes.Span, out YamlDocument? document, out string? error))
            return (null, ApiStatus.BadRequest($"error decoding YAML: {error}"));
        if (document.Duplicates.Count > 0 && options.FieldValidation == FieldValidation.Strict)
            return (null, ApiStatus.BadRequest($"error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  {string.Join("\n  ", document.Duplicates)}"));
        foreach (string duplicate in options.FieldValidation == FieldValidation.Warn ? document.Duplicates : [])
            request.Warnings.Add(duplicate);
        return KubeJson.Parse(document.Json) switch
        {
            JsonObject configuration => (configuration, null),
            null => (new JsonObject(), null),
            var value => (null, ApiStatus.BadRequest($"error decoding YAML: error unmarshaling JSON: while decoding JSON: {GoJsonFault.NotDecoded(value, "map[string]interface {}")}")),
        };
    }

    private static ApiStatus OptionInvalid(string reason, string field, string message) =>
        ApiStatus.Invalid("meta.k8s.io", "PatchOptions", "", [new StatusCause(reason, message, field)]);
}
