// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Engine.Admission;
using Pelago.Engine.Registry;
using Pelago.Engine.Strategies;
using Pelago.Kube;
using Pelago.Kube.Apply;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>The wished state of an object, from the stored one; both in the stored form. The stored one is the callee's own copy.</summary>
internal delegate ValueTask<(KubeObject Updated, ApiStatus? Refused)> UpdateStep(KubeObject old, CancellationToken cancel);

/// <summary>
/// PUT, PATCH and the changes of handlers: read, transform, admit, validate, compare-and-swap; again from the start when
/// another write came between. A client that insists on a resourceVersion meets its conflict the second time round.
/// </summary>
internal sealed class ObjectUpdater(WriteStages stages)
{
    /// <summary>Upstream goes on until the deadline; so many lost races in a row mean that something is wrong.</summary>
    private const int MaxAttempts = 100;

    /// <summary>Null when the object does not exist: the caller knows whether that is a 404 or a create.</summary>
    public ValueTask<ResourceResult?> UpdateAsync(ResourceRequest request, UpdateStep transform, bool dryRun, CancellationToken cancel) =>
        UpdateAsync(request, transform, SpecUse.Whole, dryRun, cancel);

    public async ValueTask<ResourceResult?> UpdateAsync(
        ResourceRequest request, UpdateStep transform, SpecUse use, bool dryRun, CancellationToken cancel)
    {
        IResourceStore objects = stages.Objects(request.Kind);
        for (int attempt = 1; ; attempt++)
        {
            if (objects.Current.Get(request.Key) is not { } stored)
                return null;
            var before = Before.Of(request.Kind, stored, use);
            KubeObject old = before.Object;
            (KubeObject updated, ApiStatus? refused) = await transform(old, cancel);
            if (refused is not null)
                return ResourceResult.Failed(refused);
            if (CheckIdentity(request.Kind, updated, old) is { } mismatch)
                return ResourceResult.Failed(mismatch);
            ResourceResult? result = await AttemptAsync(request, updated, before, dryRun, cancel);
            if (result is not null)
                return result;
            if (attempt == MaxAttempts)
                return ResourceResult.Failed(ApiStatus.Conflict(request.Kind.GroupResource, request.Name));
        }
    }

    /// <summary>Who says which revision or uid they mean must be right.</summary>
    private static ApiStatus? CheckIdentity(ResourceKind kind, KubeObject updated, KubeObject old)
    {
        if (updated.Uid.Length > 0 && updated.Uid != old.Uid)
        {
            return ApiStatus.Conflict(kind.GroupResource, old.Name, StorageFault.WrongUid(kind, old.Key, updated.Uid, old.Uid));
        }

        string version = updated.ResourceVersion;
        if (version is "" or "0")
        {
            return kind.AllowUnconditionalUpdate
                ? null
                : ApiStatus.Invalid(kind.Group, kind.Plural, old.Name,
                    [new StatusCause("FieldValueInvalid", "Invalid value: 0x0: must be specified for an update", "metadata.resourceVersion")]);
        }

        if (version == old.ResourceVersion)
            return null;
        return ListOptionsRules.ReadRevision(version, out _) is null
            ? ApiStatus.Conflict(kind.GroupResource, old.Name)
            : ApiStatus.BadRequest($"resourceVersion: Invalid value: \"{version}\": strconv.ParseUint: parsing \"{version}\": invalid syntax");
    }

    /// <summary>Null when another write came first.</summary>
    private async ValueTask<ResourceResult?> AttemptAsync(
        ResourceRequest request, KubeObject updated, Before before, bool dryRun, CancellationToken cancel)
    {
        ResourceKind kind = request.Kind;
        KubeObject old = before.Object;
        MetadataRules.KeepForUpdate(updated, old);
        updated.Uid = old.Uid;
        AdmissionRequest admission = AdmissionStage.Request(request, "UPDATE", updated, old, dryRun);
        if (await stages.Admission.MutateAsync(admission, cancel) is { } refused)
            return ResourceResult.Failed(refused);
        StrategyContext context = stages.Context(request, dryRun);
        kind.Strategy.PrepareForUpdate(context, updated, old);
        WriteStages.CountGeneration(kind, updated, old);
        ResourceResult? result = null;
        try
        {
            if (WriteStages.Validate(context, updated, old, keepsSchema: before.Use == SpecUse.ByCode) is { } invalid)
                return ResourceResult.Failed(invalid);
            if (await stages.Admission.ValidateAsync(admission, cancel) is { } denied)
                return ResourceResult.Failed(denied);
            result = await StoreAsync(request, updated, before, dryRun, cancel);
            return result;
        }
        finally
        {
            if (kind.Strategy.TracksCommits)
                Settle(context, updated, old, committed: !dryRun && result is { IsSuccess: true });
        }
    }

    private async ValueTask<ResourceResult?> StoreAsync(
        ResourceRequest request, KubeObject updated, Before before, bool dryRun, CancellationToken cancel)
    {
        ResourceKind kind = request.Kind;
        (StoredObject stored, KubeObject old, _, ReadOnlyMemory<byte> spec) = before;
        bool isLast = ObjectDeleter.IsFinished(kind, updated, old);
        if (dryRun)
            return Unstored(kind, updated, stored.Revision, spec);
        FieldTracker.KeepTimesOfUnchanged(old.Json, updated.Json);
        if (isLast)
            return await RemoveAsync(kind, updated, before, cancel);
        if (IsSame(updated, old))
            return ResourceResult.Of(stored);
        (Write write, ApiStatus? tooLarge) = stages.Prepare(kind, updated, stored.Revision, spec);
        if (tooLarge is not null)
            return ResourceResult.Failed(tooLarge);
        WriteResult written = await stages.Objects(kind).WriteAsync(write, cancel);
        return written.Outcome == WriteOutcome.Done ? ResourceResult.Of(written.Object!) : null;
    }

    /// <summary>The update took the last finalizer of an object that is being deleted: it goes now.</summary>
    private async ValueTask<ResourceResult?> RemoveAsync(ResourceKind kind, KubeObject updated, Before before, CancellationToken cancel)
    {
        StoredObject stored = before.Stored;
        WriteResult written = await stages.Objects(kind).WriteAsync(new Write(stored.Key, stored.Revision, null), cancel);
        return written.Outcome == WriteOutcome.Done ? Unstored(kind, updated, written.Revision, before.Spec) : null;
    }

    /// <summary>The answer about an object that is not in the store: of a dry run, or one that was just removed.</summary>
    private static ResourceResult Unstored(ResourceKind kind, KubeObject updated, long revision, ReadOnlyMemory<byte> spec)
    {
        if (!spec.IsEmpty)
            updated.Json["spec"] = KubeJson.Parse(spec);
        updated.Metadata["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        updated.Json["apiVersion"] = kind.StoredApiVersion;
        updated.Json["kind"] = kind.Kind;
        return ResourceResult.Unstored(updated.ToUtf8());
    }

    private static bool IsSame(KubeObject updated, KubeObject old)
    {
        updated.Json["apiVersion"] = old.ApiVersion;
        updated.Json["kind"] = old.Kind;
        updated.Metadata["resourceVersion"] = old.ResourceVersion;
        return JsonNode.DeepEquals(updated.Json, old.Json);
    }

    private static void Settle(StrategyContext context, KubeObject updated, KubeObject old, bool committed)
    {
        ResourceStrategy strategy = context.Kind.Strategy;
        if (committed)
            strategy.Committed(context, ObjectDeleter.IsFinished(context.Kind, updated, old) ? null : updated, old);
        else
            strategy.Abandoned(context);
    }

    /// <summary>What is stored, as a tree, and the spec when the tree does without it.</summary>
    private readonly record struct Before(StoredObject Stored, KubeObject Object, SpecUse Use, ReadOnlyMemory<byte> Spec)
    {
        public static Before Of(ResourceKind kind, StoredObject stored, SpecUse use)
        {
            if (use != SpecUse.Spared)
                return new Before(stored, use == SpecUse.ByCode ? CarriedSpec.Whole(stored.Json) : VersionedDocument.Read(kind, stored.Json), use, default);
            (KubeObject others, ReadOnlyMemory<byte> spec) = CarriedSpec.Split(stored.Json);
            return new Before(stored, others, use, spec);
        }
    }
}
