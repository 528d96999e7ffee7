// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Engine.Schema;
using Pelago.Engine.Schema.Defaults;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Resources;

/// <summary>Bodies into documents in the stored form: parsed, identified, checked against the schema, pruned and with their defaults.</summary>
internal static class DocumentDecoder
{
    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <summary>Reads a whole document of the request's kind and version.</summary>
    public static (KubeObject Stored, ApiStatus? Refused) Decode(ResourceRequest request, RequestBody body, FieldValidation validation)
    {
        GroupVersionKind expected = request.Kind.Gvk(request.Version.Name);
        (JsonObject? json, ReadOnlyMemory<byte> utf8, ApiStatus? refused) = Parse(request, expected, body, validation);
        if (json is null || (refused = Identify(json, expected) ?? CheckFields(request, expected, utf8, validation)) is not null)
            return (default, refused);
        return (Settle(request, json), null);
    }

    /// <summary>Reads a document of a subresource's own kind, without a schema.</summary>
    public static (JsonObject? Json, ApiStatus? Refused) DecodeForeign(ResourceRequest request, GroupVersionKind expected, RequestBody body)
    {
        (JsonObject? json, _, ApiStatus? refused) = Parse(request, expected, body, FieldValidation.Ignore);
        return json is null ? (null, refused) : (json, Identify(json, expected));
    }

    /// <summary>Takes a document that a patch made, in the request's version, to the stored form; its complaints are worded for patches.</summary>
    public static (KubeObject Stored, ApiStatus? Refused) SettlePatched(ResourceRequest request, JsonObject json, FieldValidation validation)
    {
        if (request.Version.Schema.Value is { } schema)
        {
            byte[] utf8 = KubeJson.ToUtf8(json);
            DecodeFindings findings = StrictDecoding.Check(utf8, schema);
            if (findings.Error is { } error)
                return (default, BadPatch(utf8, error));
            if (findings.Strict.Count > 0 && validation == FieldValidation.Strict)
                return (default, BadPatch(utf8, findings.StrictError));
            Warn(request, findings, validation);
        }

        return (Settle(request, json), null);
    }

    private static KubeObject Settle(ResourceRequest request, JsonObject json)
    {
        ResourceKind kind = request.Kind;
        if (request.Version.Schema.Value is { } schema)
            Pruning.Prune(json, schema);
        KubeObject stored = VersionedDocument.ToStored(kind, request.Version, new KubeObject(json));
        if (kind.StoredSchema.Value is { } storedSchema)
            KindDefaults.Apply(stored, kind.StorageGroup ?? kind.Group, kind.Kind, storedSchema);
        return stored;
    }

    private static (JsonObject? Json, ReadOnlyMemory<byte> Utf8, ApiStatus? Refused) Parse(
        ResourceRequest request, GroupVersionKind expected, RequestBody body, FieldValidation validation)
    {
        ReadOnlyMemory<byte> utf8 = body.Bytes;
        if (body.IsYaml)
        {
            if (!YamlReader.TryReadFirst(utf8.Span, out YamlDocument? document, out string? error))
                return (null, default, UnrecognizedBody.Unreadable(expected.Kind, $"couldn't get version/kind; json parse error: {error}", utf8.Span));
            if (document.Duplicates.Count > 0 && validation == FieldValidation.Strict)
                return (null, default, Strict(expected, $"strict decoding error: yaml: unmarshal errors:\n  {string.Join("\n  ", document.Duplicates)}"));
            foreach (string duplicate in validation == FieldValidation.Warn ? document.Duplicates : [])
                request.Warnings.Add(duplicate);
            utf8 = document.Json;
        }

        try
        {
            switch (KubeJson.Parse(utf8))
            {
                case JsonObject json:
                    return (json, utf8, null);
                case null when request.Kind.IsCustom && expected.Kind == request.Kind.Kind:
                    return (null, default, UnrecognizedBody.CannotBeHandled(expected.Kind, expected.Version, expected.Kind, "Object 'Kind' is missing in 'null'"));
                case null:
                    return ([], Empty, null); // to Go, a document that says nothing
                case var value:
                    return (null, default, UnrecognizedBody.Unreadable(expected.Kind, $"couldn't get version/kind; json parse error: {GoJsonFault.NoDocument(value)}", body.Bytes.Span));
            }
        }
        catch (JsonException fault)
        {
            string why = $"couldn't get version/kind; json parse error: {GoJsonFault.Describe(fault, utf8.Span)}";
            return (null, default, UnrecognizedBody.Unreadable(expected.Kind, why, body.Bytes.Span));
        }
    }

    /// <summary>A body may leave out what it is; what it says must be what the path says.</summary>
    private static ApiStatus? Identify(JsonObject json, GroupVersionKind expected)
    {
        string saidKind = json.String("kind") ?? expected.Kind;
        string saidVersion = json.String("apiVersion") ?? expected.ApiVersion;
        if (!GroupVersion.TryParse(saidVersion, out GroupVersion said))
            return ApiStatus.BadRequest($"unexpected GroupVersion string: {saidVersion}");
        var kind = new GroupVersionKind(said.Group, said.Version, saidKind);
        if (kind == expected)
            return null;
        return saidKind == expected.Kind && BuiltInSchemas.Instance.NameOf(kind) is not null
            ? UnrecognizedBody.WrongVersion(saidVersion, expected.ApiVersion)
            : UnrecognizedBody.WrongKind(kind, expected);
    }

    private static ApiStatus? CheckFields(ResourceRequest request, GroupVersionKind expected, ReadOnlyMemory<byte> utf8, FieldValidation validation)
    {
        if (request.Version.Schema.Value is not { } schema)
            return null;
        DecodeFindings findings = StrictDecoding.Check(utf8.Span, schema);
        if (findings.Error is { } error)
            return UnrecognizedBody.CannotBeHandled(expected.Kind, expected.Version, expected.Kind, error);
        if (findings.Strict.Count > 0 && validation == FieldValidation.Strict)
            return Strict(expected, findings.StrictError);
        Warn(request, findings, validation);
        return null;
    }

    private static void Warn(ResourceRequest request, DecodeFindings findings, FieldValidation validation)
    {
        if (validation != FieldValidation.Warn)
            return;
        foreach (string finding in findings.Strict)
            request.Warnings.Add(finding);
    }

    private static ApiStatus Strict(GroupVersionKind expected, string error) =>
        UnrecognizedBody.CannotBeHandled(expected.Kind, expected.Version, expected.Kind, error);

    /// <summary>What a JSON or merge patch made cannot be decoded (apiserver pkg/endpoints/handlers/patch.go).</summary>
    private static ApiStatus BadPatch(ReadOnlySpan<byte> patched, string error)
    {
        string value = GoText.Quote(System.Text.Encoding.UTF8.GetString(patched));
        return new ApiStatus
        {
            Code = 422,
            Reason = StatusReason.Invalid,
            Message = $" \"\" is invalid: patch: Invalid value: {value}: {error}",
            Causes = [new StatusCause("FieldValueInvalid", $"Invalid value: {value}: {error}", "patch")],
        };
    }
}
