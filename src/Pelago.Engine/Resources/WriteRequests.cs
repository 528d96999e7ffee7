// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>POST, PUT and PATCH from their bodies to the stages that write: decoding, merging, versions, subresources, ownership.</summary>
internal sealed class WriteRequests(ObjectCreator creator, ObjectUpdater updater, FieldOwnership ownership, ScaleRequests scales)
{
    public async ValueTask<ResourceResult> CreateAsync(
        ResourceRequest request, RequestBody body, WriteOptions options, CancellationToken cancel)
    {
        (KubeObject document, ApiStatus? refused) = Decode(request, body, options.FieldValidation);
        return refused is null ? await CreateAsync(request, document, options, cancel) : ResourceResult.Failed(refused);
    }

    public async ValueTask<ResourceResult> UpdateAsync(
        ResourceRequest request, Subresource? subresource, RequestBody body, WriteOptions options, CancellationToken cancel)
    {
        if (subresource?.Scale is { } mapping)
            return await scales.UpdateAsync(request, mapping, body, options, cancel);
        (KubeObject document, ApiStatus? refused) = Decode(request, body, options.FieldValidation);
        if (refused is not null)
            return ResourceResult.Failed(refused);
        bool isFresh = true;
        ResourceResult? result = await updater.UpdateAsync(
            request,
            (old, _) =>
            {
                KubeObject wished = isFresh ? document : Again(request, body);
                isFresh = false;
                return new((Merge(request, subresource, options, old, wished, isApplied: false), null));
            },
            options.DryRun, cancel);
        if (result is { } done)
            return done;
        if (subresource is not null || !request.Kind.AllowCreateOnUpdate)
            return ResourceResult.Failed(ApiStatus.NotFound(request.Kind.GroupResource, request.Name));
        if (document.Uid.Length > 0)
        {
            return ResourceResult.Failed(ApiStatus.Conflict(request.Kind.GroupResource, request.Name,
                StorageFault.WrongUid(request.Kind, request.Key, document.Uid, "")));
        }

        if (request.CreateRight?.Refusal() is { } forbidden)
            return ResourceResult.Failed(forbidden);
        if (!isFresh)
            document = Again(request, body);
        document.Metadata.Remove("resourceVersion");
        return await CreateAsync(request, document, options, cancel);
    }

    public async ValueTask<ResourceResult> PatchAsync(
        ResourceRequest request, Subresource? subresource, PatchType type, RequestBody body, WriteOptions options, CancellationToken cancel)
    {
        (PatchStep? patch, ApiStatus? bad) = PatchStep.Read(request, type, body, options, ownership);
        if (patch is null)
            return ResourceResult.Failed(bad!);
        if (subresource?.Scale is { } mapping)
            return await scales.PatchAsync(request, mapping, patch, options, cancel);
        for (int attempt = 1; ; attempt++)
        {
            bool sparesSpec = subresource is { Name: "status" } && request.Kind.StatusStandsAlone && patch.SparesSpec;
            ResourceResult? result = await updater.UpdateAsync(
                request, (old, _) => new(Patched(request, subresource, patch, options, old, sparesSpec)),
                sparesSpec ? SpecUse.Spared : SpecUse.Whole, options.DryRun, cancel);
            if (result is { } done)
                return done;
            if (type != PatchType.Apply || subresource is not null)
                return ResourceResult.Failed(ApiStatus.NotFound(request.Kind.GroupResource, request.Name));
            ResourceResult created = await CreateAppliedAsync(request, patch, options, cancel);

            // Somebody else created it in between: then it is there to be applied to.
            if (created.Error is not { IsAlreadyExists: true } || attempt > 1)
                return created;
        }
    }

    private async ValueTask<ResourceResult> CreateAppliedAsync(
        ResourceRequest request, PatchStep patch, WriteOptions options, CancellationToken cancel)
    {
        (JsonObject? merged, ApiStatus? refused) = patch.Apply(null);
        if (merged is null)
            return ResourceResult.Failed(refused!);
        (KubeObject document, refused) = DocumentDecoder.SettlePatched(request, merged, options.FieldValidation);
        if (refused is not null || (refused = DocumentPlace.Check(request, document)) is not null)
            return ResourceResult.Failed(refused);
        if (document.Uid.Length > 0)
        {
            return ResourceResult.Failed(ApiStatus.Conflict(request.Kind.GroupResource, request.Name,
                $"uid mismatch: the provided object specified uid {document.Uid}, and no existing object was found"));
        }

        if (request.CreateRight?.Refusal() is { } forbidden)
            return ResourceResult.Failed(forbidden);
        return await creator.CreateAsync(request, document, options.DryRun, cancel);
    }

    private ValueTask<ResourceResult> CreateAsync(ResourceRequest request, KubeObject document, WriteOptions options, CancellationToken cancel)
    {
        // What the main path does not store, its manager does not own.
        if (request.Kind is { HasStatus: true, StatusOnCreate: false })
            document.Json.Remove("status");
        ownership.Track(request, options, document, old: null);
        return creator.CreateAsync(request, document, options.DryRun, cancel);
    }

    private (KubeObject Updated, ApiStatus? Refused) Patched(
        ResourceRequest request, Subresource? subresource, PatchStep patch, WriteOptions options, KubeObject old, bool sparesSpec)
    {
        KubeObject current = VersionedDocument.IsStoredForm(request.Kind, request.Version)
            ? old
            : VersionedDocument.FromStored(request.Kind, request.Version, Clone(old));
        // Who owns what is settled from the old object afterwards: it needs no copy.
        JsonArray? owners = sparesSpec ? current.Metadata.Array("managedFields") : null;
        if (owners is not null)
            current.Metadata.Remove("managedFields");
        (JsonObject? merged, ApiStatus? refused) = patch.Apply(current.Json);
        if (owners is not null)
            current.Metadata["managedFields"] = owners;
        if (merged is null)
            return (default, refused);
        (KubeObject wished, refused) = DocumentDecoder.SettlePatched(request, merged, options.FieldValidation);
        if (refused is not null || (refused = DocumentPlace.Check(request, wished)) is not null)
            return (default, refused);
        return (Merge(request, subresource, options, old, wished, patch.IsApply), null);
    }

    /// <summary>The document a client wishes for, cut down to what the path may change, with its ownership, in the stored form.</summary>
    private KubeObject Merge(
        ResourceRequest request, Subresource? subresource, WriteOptions options, KubeObject old, KubeObject wished, bool isApplied)
    {
        KubeObject stored = wished;
        if (subresource is null)
        {
            foreach (Subresource part in request.Kind.Subresources)
            {
                if (part.Form == SubresourceForm.Part && !part.IsEditedInPlace)
                    CopyFields(part, old, stored);
            }
        }
        else
        {
            stored = WithPart(subresource, old, wished);
            if (request.Kind.StatusKeepsMetadata)
                MetadataRules.KeepForStatus(stored, old);
        }

        MetadataRules.KeepForUpdate(stored, old);
        if (!isApplied)
            ownership.Track(request, options, stored, old);
        return stored;
    }

    /// <summary>The old object with the metadata and the part of the wished one, which gives them up.</summary>
    private static KubeObject WithPart(Subresource part, KubeObject old, KubeObject wished)
    {
        JsonNode metadata = wished.Metadata;
        wished.Json.Remove("metadata");
        var stored = new JsonObject();
        foreach ((string name, JsonNode? value) in old.Json)
            stored[name] = name == "metadata" ? metadata : part.Fields.Contains(name) ? null : value?.DeepClone();
        foreach (string path in part.Fields)
            FieldParts.Move(wished.Json, stored, path);
        return new KubeObject(stored);
    }

    private static void CopyFields(Subresource part, KubeObject from, KubeObject to)
    {
        foreach (string path in part.Fields)
            FieldParts.Copy(from.Json, to.Json, path);
    }

    private static (KubeObject Document, ApiStatus? Refused) Decode(ResourceRequest request, RequestBody body, FieldValidation validation)
    {
        (KubeObject document, ApiStatus? refused) = DocumentDecoder.Decode(request, body, validation);
        return (document, refused ?? DocumentPlace.Check(request, document));
    }

    /// <summary>The document of a body that was read before and has been used up by a lost race.</summary>
    private static KubeObject Again(ResourceRequest request, RequestBody body)
    {
        (KubeObject document, ApiStatus? refused) = Decode(request, body, FieldValidation.Ignore);
        return refused is null ? document : throw new ApiStatusException(refused);
    }

    private static KubeObject Clone(KubeObject document) => new((JsonObject)document.Json.DeepClone());
}
