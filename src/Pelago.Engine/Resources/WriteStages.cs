// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Engine.Strategies;
using Pelago.Kube;
using Pelago.Kube.Schema;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>What creates, updates and deletes have in common between the decoded document and the store.</summary>
internal sealed class WriteStages(IRevisionStore store, AdmissionStage admission, TimeProvider time, Random random)
{
    /// <summary>etcd refuses larger ones; so do we.</summary>
    private const int MaxObjectBytes = 1_572_864;

    public AdmissionStage Admission => admission;
    public Random Random => random;
    public DateTimeOffset Now => time.GetUtcNow();

    public IResourceStore Objects(ResourceKind kind) => store.Resource(kind.StoreName);

    public StrategyContext Context(ResourceRequest request, bool dryRun) => new()
    {
        Kind = request.Kind,
        Version = request.Version.Name,
        User = request.User,
        Now = Now,
        DryRun = dryRun,
        Subresource = request.Subresource,
        Warnings = request.Warnings,
    };

    /// <summary>All complaints of metadata, schema and strategy as one 422; null when there are none. Not of the schema when the subject is known to keep it.</summary>
    public static ApiStatus? Validate(StrategyContext context, KubeObject subject, KubeObject? old, bool keepsSchema = false)
    {
        ResourceKind kind = context.Kind;
        FieldErrors errors = context.Errors;
        MetadataRules.Validate(subject, kind, errors);
        if (old is { } before)
            MetadataRules.ValidateUpdate(subject, before, errors);
        kind.Strategy.Validate(context, subject, errors);
        if (old is { } stored)
            kind.Strategy.ValidateUpdate(context, subject, stored, errors);
        foreach (StatusCause cause in !keepsSchema && kind.StoredSchema.Value is { } schema ? Validation.Validate(subject.Json, schema) : [])
            errors.AddUnlessCovered(cause);
        return errors.Any ? ApiStatus.Invalid(kind.StorageGroup ?? kind.Group, kind.Kind, subject.Name, errors.Causes) : null;
    }

    /// <summary>The write that puts a document, with the spec that it may have been split from, under its key; a 413 when it is too large, a 400 when too deep.</summary>
    public (Write Write, ApiStatus? Refused) Prepare(ResourceKind kind, KubeObject subject, long expectedRevision, ReadOnlyMemory<byte> spec = default)
    {
        StoredDocument document;
        try
        {
            document = StoredDocument.Encode(subject, kind.StoredApiVersion, kind.Kind, spec: spec);
        }
        catch (InvalidOperationException)
        {
            return (default, TooDeep());
        }

        if (document.Json.Length > MaxObjectBytes)
            return (default, TooLarge(document.Json.Length));
        long expires = kind.TimeToLive is { } life ? (Now + life).ToUnixTimeSeconds() : 0;
        return (new Write(subject.Key, expectedRevision, document.Json, document.SpliceAt, expires), null);
    }

    /// <summary>Counts a change of the desired state: anything but metadata and status.</summary>
    public static void CountGeneration(ResourceKind kind, KubeObject updated, KubeObject old)
    {
        if ((kind.HasGeneration || kind.IsCustom) && !SameDesiredState(updated.Json, old.Json))
            updated.Generation = old.Generation + 1;
    }

    private static bool SameDesiredState(JsonObject one, JsonObject other)
    {
        foreach ((string name, JsonNode? value) in one)
        {
            if (name is not ("metadata" or "status" or "apiVersion" or "kind") && !JsonNode.DeepEquals(value, other[name]))
                return false;
        }

        foreach ((string name, JsonNode? value) in other)
        {
            if (name is not ("metadata" or "status" or "apiVersion" or "kind") && value is not null && !one.ContainsKey(name))
                return false;
        }

        return true;
    }

    // managedFields repeat the names of an object some levels deeper than it is itself.
    private static ApiStatus TooDeep() => ApiStatus.BadRequest($"the object is nested deeper than {KubeJson.MaxDepth} levels, with its managedFields");

    private static ApiStatus TooLarge(int bytes) => new()
    {
        Code = 413,
        Reason = StatusReason.RequestEntityTooLarge,
        Message = $"etcdserver: request is too large: the object has {bytes} bytes, the limit is {MaxObjectBytes}",
    };
}
