// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Admission;
using Pelago.Engine.Registry;
using Pelago.Engine.Strategies;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>POST to a collection, from the decoded document to the store.</summary>
internal sealed class ObjectCreator(WriteStages stages)
{
    /// <summary>How often a generated name that is taken is replaced by another (registry/store.go).</summary>
    private const int MaxNameAttempts = 8;

    /// <summary>Creates <paramref name="created"/>, which is in the stored form, has its defaults and its managedFields.</summary>
    public async ValueTask<ResourceResult> CreateAsync(ResourceRequest request, KubeObject created, bool dryRun, CancellationToken cancel)
    {
        ResourceKind kind = request.Kind;
        bool generates = created.Name.Length == 0 && created.GenerateName.Length > 0;
        if (created.ResourceVersion.Length > 0)
            return ResourceResult.Failed(UnrecognizedBody.ResourceVersionSet());
        MetadataRules.FillForCreate(created, stages.Now);
        AdmissionRequest admission = AdmissionStage.Request(request, "CREATE", created, null, dryRun);
        if (await stages.Admission.MutateAsync(admission, cancel) is { } refused)
            return ResourceResult.Failed(refused);
        if (generates)
            created.Name = GeneratedName.Next(created.GenerateName, stages.Random);
        StrategyContext context = stages.Context(request, dryRun);
        Prepare(context, created);
        ResourceResult result = default;
        try
        {
            result = await StoreAsync(request, created, admission, context, generates, cancel);
            return result;
        }
        finally
        {
            Settle(context, created, abandoned: dryRun || !result.IsSuccess || result.Code == 0);
        }
    }

    private static void Prepare(StrategyContext context, KubeObject created)
    {
        ResourceKind kind = context.Kind;
        if (kind.HasStatus && !kind.StatusOnCreate)
            created.Json.Remove("status");
        if (kind.HasGeneration || kind.IsCustom)
            created.Generation = 1;
        kind.Strategy.PrepareForCreate(context, created);
        if (kind is { HasStatus: true, IsCustom: false } && created.Status is null)
            created.Json.ObjectOrNew("status");
    }

    private async ValueTask<ResourceResult> StoreAsync(
        ResourceRequest request, KubeObject created, AdmissionRequest admission, StrategyContext context, bool generates, CancellationToken cancel)
    {
        ResourceKind kind = request.Kind;
        if (WriteStages.Validate(context, created, null) is { } invalid)
            return ResourceResult.Failed(invalid);
        if (await stages.Admission.ValidateAsync(admission with { Name = created.Name }, cancel) is { } refused)
            return ResourceResult.Failed(refused);
        for (int attempt = 1; ; attempt++)
        {
            if (context.DryRun)
            {
                if (stages.Objects(kind).Current.Get(created.Key) is not null)
                    return ResourceResult.Failed(ApiStatus.AlreadyExists(kind.GroupResource, created.Name));
                return ResourceResult.Unstored(StoredDocument.Encode(created, kind.StoredApiVersion, kind.Kind).Json, 201);
            }

            (Write write, ApiStatus? tooLarge) = stages.Prepare(kind, created, Write.MustNotExist);
            if (tooLarge is not null)
                return ResourceResult.Failed(tooLarge);
            WriteResult written = await stages.Objects(kind).WriteAsync(write, cancel);
            if (written.Outcome == WriteOutcome.Done)
                return ResourceResult.Of(written.Object!, 201);
            if (!generates || attempt == MaxNameAttempts)
                return ResourceResult.Failed(ApiStatus.AlreadyExists(kind.GroupResource, created.Name));
            created.Name = GeneratedName.Next(created.GenerateName, stages.Random);
        }
    }

    private static void Settle(StrategyContext context, KubeObject created, bool abandoned)
    {
        if (!context.Kind.Strategy.TracksCommits)
            return;
        if (abandoned)
            context.Kind.Strategy.Abandoned(context);
        else
            context.Kind.Strategy.Committed(context, created, null);
    }
}
