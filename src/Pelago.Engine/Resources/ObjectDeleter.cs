// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Admission;
using Pelago.Engine.Registry;
using Pelago.Engine.Strategies;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>
/// DELETE: at once, or in two steps when the kind has a grace period, or finalizers (the propagation policy makes some) have to
/// go first (apiserver pkg/registry/generic/registry/store.go, pkg/registry/rest/delete.go).
/// </summary>
internal sealed class ObjectDeleter(WriteStages stages)
{
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";
    private const int MaxAttempts = 100;

    /// <summary>True when an update leaves an object that is being deleted with nothing to wait for.</summary>
    public static bool IsFinished(ResourceKind kind, KubeObject updated, KubeObject old) =>
        old.IsDeleting
        && (old.Metadata.Integer("deletionGracePeriodSeconds") ?? 0) == 0
        && updated.Finalizers is null or { Count: 0 }
        && !kind.Strategy.HoldsDeletion(updated);

    public async ValueTask<ResourceResult> DeleteAsync(ResourceRequest request, DeleteOptions options, CancellationToken cancel)
    {
        if (Check(options) is { } bad)
            return ResourceResult.Failed(bad);
        IResourceStore objects = stages.Objects(request.Kind);
        for (int attempt = 1; ; attempt++)
        {
            if (objects.Current.Get(request.Key) is not { } stored)
                return ResourceResult.Failed(ApiStatus.NotFound(request.Kind.GroupResource, request.Name));
            KubeObject subject = CarriedSpec.Whole(stored.Json);
            if (CheckPreconditions(request.Kind, subject, options) is { } mismatch)
                return ResourceResult.Failed(mismatch);
            AdmissionRequest admission = AdmissionStage.Request(request, "DELETE", null, subject, options.DryRun);
            if (await stages.Admission.ValidateAsync(admission, cancel) is { } refused)
                return ResourceResult.Failed(refused);
            if (await AttemptAsync(request, subject, stored, options, cancel) is { } result)
                return result;
            if (attempt == MaxAttempts)
                return ResourceResult.Failed(ApiStatus.Conflict(request.Kind.GroupResource, request.Name));
        }
    }

    /// <summary>Null when another write came first.</summary>
    private async ValueTask<ResourceResult?> AttemptAsync(
        ResourceRequest request, KubeObject subject, StoredObject stored, DeleteOptions options, CancellationToken cancel)
    {
        ResourceKind kind = request.Kind;
        KubeObject before = kind.Strategy.TracksCommits ? new KubeObject((JsonObject)subject.Json.DeepClone()) : subject;
        string uid = subject.Uid;
        bool pending = Mark(kind, subject, options, out bool changed);
        if (pending)
        {
            if (!changed)
                return ResourceResult.Of(stored, Accepted(options));
            if (options.DryRun)
                return ResourceResult.Unstored(subject.ToUtf8(), Accepted(options));
            (Write write, ApiStatus? tooLarge) = stages.Prepare(kind, subject, stored.Revision);
            if (tooLarge is not null)
                return ResourceResult.Failed(tooLarge);
            WriteResult marked = await stages.Objects(kind).WriteAsync(write, cancel);
            return marked.Outcome == WriteOutcome.Done ? ResourceResult.Of(marked.Object!, Accepted(options)) : null;
        }

        if (!options.DryRun)
        {
            WriteResult gone = await stages.Objects(kind).WriteAsync(new Write(stored.Key, stored.Revision, null), cancel);
            if (gone.Outcome != WriteOutcome.Done)
                return null;
            if (kind.Strategy.TracksCommits)
                kind.Strategy.Committed(null, null, before);
        }

        if (!kind.ReturnsDeletedObject)
            return ResourceResult.Of(Success(kind, stored.Key.Name, uid));
        if (kind.Strategy.GracePeriod(subject, options.GracePeriodSeconds) is null)
            return ResourceResult.Of(stored);
        SetDeletion(subject, stages.Now, 0);
        return ResourceResult.Unstored(subject.ToUtf8());
    }

    /// <summary>Writes deletion marks and finalizers into the object; true when it has to stay for now.</summary>
    private bool Mark(ResourceKind kind, KubeObject subject, DeleteOptions options, out bool changed)
    {
        changed = false;
        bool wasDeleting = subject.IsDeleting;
        long? oldGrace = subject.Metadata.Integer("deletionGracePeriodSeconds");
        if (wasDeleting && oldGrace > 0)
        {
            // Under way already: only a shorter grace period changes anything.
            if (options.GracePeriodSeconds is not { } shorter || shorter >= oldGrace)
                return true;
        }

        long? grace = wasDeleting && oldGrace is null ? null : kind.Strategy.GracePeriod(subject, options.GracePeriodSeconds);
        if (wasDeleting && grace > oldGrace)
            grace = oldGrace;
        changed |= SetFinalizers(kind, subject, options);
        bool held = subject.Finalizers is { Count: > 0 } || kind.Strategy.HoldsDeletion(subject);
        if (grace is null or 0 && !held)
            return false;
        DateTimeOffset now = stages.Now;
        if (!wasDeleting)
        {
            SetDeletion(subject, now, grace ?? 0);
            if (subject.Generation > 0)
                subject.Generation++;
            kind.Strategy.MarkDeleting(subject);
            changed = true;
        }
        else if ((grace ?? 0) < oldGrace)
        {
            DateTimeOffset end = MetaTime.TryParse(subject.DeletionTimestamp, out DateTimeOffset said) ? said : now;
            SetDeletion(subject, end.Plus(-oldGrace.Value), grace ?? 0);
            changed = true;
        }

        return true;
    }

    private static void SetDeletion(KubeObject subject, DateTimeOffset from, long grace)
    {
        subject.Metadata["deletionTimestamp"] = MetaTime.Format(from.Plus(grace));
        subject.Metadata["deletionGracePeriodSeconds"] = grace;
    }

    private static bool SetFinalizers(ResourceKind kind, KubeObject subject, DeleteOptions options)
    {
        List<string> before = [.. (subject.Finalizers ?? []).Select(item => item?.ToString() ?? "")];
        bool orphan = options.PropagationPolicy switch
        {
            "Orphan" => true,
            "Background" or "Foreground" => false,
            _ => options.OrphanDependents ?? (before.Contains(OrphanFinalizer)
                || !before.Contains(ForegroundFinalizer) && kind.DefaultGarbagePolicy == GarbagePolicy.Orphan),
        };
        bool foreground = options.PropagationPolicy switch
        {
            "Foreground" => true,
            null => options.OrphanDependents is null && before.Contains(ForegroundFinalizer),
            _ => false,
        };
        List<string> after = [.. before.Where(finalizer => finalizer is not (OrphanFinalizer or ForegroundFinalizer))];
        if (orphan)
            after.Add(OrphanFinalizer);
        if (foreground)
            after.Add(ForegroundFinalizer);
        if (after.ToHashSet().SetEquals(before))
            return false;
        if (after.Count == 0)
            subject.Metadata.Remove("finalizers");
        else
            subject.Metadata["finalizers"] = new JsonArray([.. after.Select(finalizer => JsonValue.Create(finalizer))]);
        return true;
    }

    private static int Accepted(DeleteOptions options) =>
        options.OrphanDependents == false ? 202 : 200;

    /// <summary>Why options do not go together.</summary>
    public static ApiStatus? Check(DeleteOptions options)
    {
        var errors = new FieldErrors();
        if (options is { OrphanDependents: not null, PropagationPolicy: not null })
        {
            errors.Invalid("propagationPolicy", options.PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set");
        }
        else if (options.PropagationPolicy is not (null or "Foreground" or "Background" or "Orphan"))
        {
            errors.NotSupported("propagationPolicy", options.PropagationPolicy, "Foreground", "Background", "Orphan", "nil");
        }

        return errors.Any ? ApiStatus.Invalid("meta.k8s.io", "DeleteOptions", "", errors.Causes) : null;
    }

    private static ApiStatus? CheckPreconditions(ResourceKind kind, KubeObject subject, DeleteOptions options)
    {
        if (options.Uid is { } uid && uid != subject.Uid)
        {
            return ApiStatus.Conflict(new GroupResource(kind.Group, kind.Kind), subject.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({subject.Uid}). "
                + "The object might have been deleted and then recreated");
        }

        if (options.ResourceVersion is { } version && version != subject.ResourceVersion)
        {
            return ApiStatus.Conflict(new GroupResource(kind.Group, kind.Kind), subject.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record "
                + $"({subject.ResourceVersion}). The object might have been modified");
        }

        return null;
    }

    private static byte[] Success(ResourceKind kind, string name, string uid)
    {
        var details = new JsonObject { ["name"] = name };
        if (kind.Group.Length > 0)
            details["group"] = kind.Group;
        details["kind"] = kind.Plural;
        details["uid"] = uid;
        return KubeJson.ToUtf8(new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        });
    }
}
