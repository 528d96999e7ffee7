// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Writes the ReplicaSets of a Deployment: makes the new one, keeps its annotations, scales, and clears old ones away (deployment/sync.go).</summary>
internal sealed class DeploymentSets(ControllerContext context, EventRecorder events)
{
    private Resource<V1ReplicaSet> Sets => context.Client.Of<V1ReplicaSet>();
    private Resource<V1Deployment> Deployments => context.Client.Of<V1Deployment>();

    /// <summary>Finds or makes the ReplicaSet of the present template and keeps the revision on both objects. Null when all is well.</summary>
    public async Task<ApiStatus?> SyncNewAsync(Rollout rollout, bool createIfAbsent, CancellationToken cancel)
    {
        ApiStatus? error = await SyncRevisionsAsync(rollout, cancel);
        if (error is not null || rollout.New is not null || !createIfAbsent)
            return error;
        return await CreateAsync(rollout, cancel);
    }

    /// <summary>Sets the number of pods of one ReplicaSet, with an Event; nothing happens when it is right already.</summary>
    public async Task<ApiStatus?> ScaleAsync(Rollout rollout, V1ReplicaSet set, int replicas, CancellationToken cancel)
    {
        int before = Rollout.Replicas(set);
        int max = rollout.Desired + RolloutMath.MaxSurge(rollout.Deployment);
        V1ReplicaSet scaled = ModelJson.Copy(set);
        scaled.Metadata.Annotations ??= new Dictionary<string, string>();
        bool annotated = DeploymentAnnotations.SetReplicas(scaled.Metadata.Annotations, rollout.Desired, max);
        if (before == replicas && !annotated)
            return null;
        scaled.Spec.Replicas = replicas;
        ApiResult<V1ReplicaSet> written = await Sets.UpdateAsync(rollout.Namespace, set.Metadata.Name, scaled, cancel);
        if (!written.IsSuccess)
            return written.Error;
        rollout.Replace(written.Value);
        if (before != replicas)
        {
            string direction = before < replicas ? "up" : "down";
            events.Normal(About(rollout), "ScalingReplicaSet", $"Scaled {direction} replica set {set.Metadata.Name} from {before} to {replicas}");
        }
        return null;
    }

    /// <summary>Deletes empty old ReplicaSets beyond the history limit, oldest revision first.</summary>
    public async Task<ApiStatus?> CleanUpAsync(Rollout rollout, CancellationToken cancel)
    {
        if (rollout.Deployment.Spec.RevisionHistoryLimit is not { } limit || limit == int.MaxValue)
            return null;
        List<V1ReplicaSet> alive = [.. rollout.Old.Where(set => set.Metadata.DeletionTimestamp is null)
            .OrderBy(set => DeploymentAnnotations.RevisionOf(set.Metadata)).ThenBy(set => set.Metadata.CreationTimestamp)];
        foreach (V1ReplicaSet set in alive.Take(Math.Max(0, alive.Count - limit)))
        {
            bool empty = (set.Status?.Replicas ?? 0) == 0 && Rollout.Replicas(set) == 0 && set.Metadata.Generation <= (set.Status?.ObservedGeneration ?? 0);
            if (!empty)
                continue;
            ApiStatus? error = await Sets.DeleteAsync(rollout.Namespace, set.Metadata.Name, DeleteQuery.None, cancel);
            if (error is { IsNotFound: false })
                return error;
        }
        return null;
    }

    public ObjectReference About(Rollout rollout) => Owner.Of(Deployments.Type, rollout.Deployment).ForEvents();

    private async Task<ApiStatus?> SyncRevisionsAsync(Rollout rollout, CancellationToken cancel)
    {
        if (rollout.New is not { } set)
            return null;
        long revision = rollout.MaxOldRevision + 1;
        V1Deployment deployment = rollout.Deployment;
        Dictionary<string, string>? annotations = DeploymentAnnotations.ForNewSet(deployment, set.Metadata, revision, isNew: false);
        int minReady = deployment.Spec.MinReadySeconds ?? 0;
        if (annotations is not null || (set.Spec.MinReadySeconds ?? 0) != minReady)
        {
            V1ReplicaSet updated = ModelJson.Copy(set);
            updated.Metadata.Annotations = annotations ?? updated.Metadata.Annotations;
            updated.Spec.MinReadySeconds = minReady;
            ApiResult<V1ReplicaSet> written = await Sets.UpdateAsync(rollout.Namespace, set.Metadata.Name, updated, cancel);
            if (!written.IsSuccess)
                return written.Error;
            rollout.Replace(written.Value);
        }
        return await NoteFoundAsync(rollout, Math.Max(revision, DeploymentAnnotations.RevisionOf(set.Metadata)), cancel);
    }

    private async Task<ApiStatus?> NoteFoundAsync(Rollout rollout, long revision, CancellationToken cancel)
    {
        ApiStatus? error = await SetRevisionAsync(rollout, revision, cancel);
        if (error is not null || rollout.Deployment.Spec.ProgressDeadlineSeconds is null or int.MaxValue
            || DeploymentConditions.Find(rollout.Deployment.Status, DeploymentConditions.Progressing) is not null)
            return error;
        rollout.Deployment.Status ??= new V1DeploymentStatus();
        DeploymentConditions.Set(
            rollout.Deployment.Status, DeploymentConditions.Progressing, "True", "FoundNewReplicaSet",
            $"Found new replica set \"{rollout.New!.Metadata.Name}\"", context.NowSeconds);
        return await WriteStatusAsync(rollout, cancel);
    }

    /// <summary>The Deployment's own revision annotation, by which <c>kubectl rollout history</c> numbers.</summary>
    private async Task<ApiStatus?> SetRevisionAsync(Rollout rollout, long revision, CancellationToken cancel)
    {
        V1Deployment deployment = rollout.Deployment;
        if (DeploymentAnnotations.RevisionOf(deployment.Metadata) == revision)
            return null;
        V1Deployment updated = ModelJson.Copy(deployment);
        updated.Metadata.Annotations ??= new Dictionary<string, string>();
        updated.Metadata.Annotations[DeploymentAnnotations.Revision] = revision.ToString();
        ApiResult<V1Deployment> written = await Deployments.UpdateAsync(rollout.Namespace, deployment.Metadata.Name, updated, cancel);
        if (written.IsSuccess)
            rollout.Deployment = written.Value;
        return written.Error;
    }

    private async Task<ApiStatus?> WriteStatusAsync(Rollout rollout, CancellationToken cancel)
    {
        ApiResult<V1Deployment> written = await Deployments.UpdateStatusAsync(rollout.Namespace, rollout.Deployment.Metadata.Name, rollout.Deployment, cancel);
        if (written.IsSuccess)
            rollout.Deployment = written.Value;
        return written.Error;
    }

    private async Task<ApiStatus?> CreateAsync(Rollout rollout, CancellationToken cancel)
    {
        V1ReplicaSet wanted = NewSet(rollout);
        ApiResult<V1ReplicaSet> made = await Sets.CreateAsync(rollout.Namespace, wanted, cancel);
        if (made.IsAlreadyExists)
            return await ResolveCollisionAsync(rollout, wanted, made.Error!, cancel);
        if (!made.IsSuccess)
        {
            if (PodControl.IsNamespaceTerminating(made.Error))
                return null;
            string message = $"Failed to create new replica set \"{wanted.Metadata.Name}\": {made.Error.Message}";
            events.Warning(About(rollout), "ReplicaSetCreateError", message);
            rollout.Deployment.Status ??= new V1DeploymentStatus();
            DeploymentConditions.Set(rollout.Deployment.Status, DeploymentConditions.Progressing, "False", "ReplicaSetCreateError", message, context.NowSeconds);
            await WriteStatusAsync(rollout, cancel);
            return made.Error;
        }
        rollout.New = made.Value;
        int replicas = Rollout.Replicas(made.Value);
        if (replicas > 0)
            events.Normal(About(rollout), "ScalingReplicaSet", $"Scaled up replica set {made.Value.Metadata.Name} from 0 to {replicas}");
        ApiStatus? error = await SetRevisionAsync(rollout, DeploymentAnnotations.RevisionOf(made.Value.Metadata), cancel);
        if (error is not null || rollout.Deployment.Spec.ProgressDeadlineSeconds is null or int.MaxValue)
            return error;
        rollout.Deployment.Status ??= new V1DeploymentStatus();
        DeploymentConditions.Set(
            rollout.Deployment.Status, DeploymentConditions.Progressing, "True", "NewReplicaSetCreated",
            $"Created new replica set \"{made.Value.Metadata.Name}\"", context.NowSeconds);
        return await WriteStatusAsync(rollout, cancel);
    }

    private V1ReplicaSet NewSet(Rollout rollout)
    {
        V1Deployment deployment = rollout.Deployment;
        V1PodTemplateSpec template = ModelJson.Copy(deployment.Spec.Template);
        string hash = PodTemplates.Hash(template, deployment.Status?.CollisionCount ?? 0);
        template.Metadata ??= new V1ObjectMeta();
        template.Metadata.Labels = WithHash(template.Metadata.Labels, hash);
        V1LabelSelector selector = ModelJson.Copy(deployment.Spec.Selector);
        selector.MatchLabels = WithHash(selector.MatchLabels, hash);
        var metadata = new V1ObjectMeta
        {
            Name = $"{deployment.Metadata.Name}-{hash}",
            NamespaceProperty = deployment.Metadata.NamespaceProperty,
            Labels = template.Metadata.Labels,
            OwnerReferences = [Owner.Of(Deployments.Type, deployment).ToModelReference()],
        };
        metadata.Annotations = DeploymentAnnotations.ForNewSet(deployment, metadata, rollout.MaxOldRevision + 1, isNew: true);
        var set = new V1ReplicaSet
        {
            Metadata = metadata,
            Spec = new V1ReplicaSetSpec { MinReadySeconds = deployment.Spec.MinReadySeconds, Selector = selector, Template = template, Replicas = 0 },
        };
        set.Spec.Replicas = RollingUpdate.NewSetReplicas(rollout, set);
        return set;
    }

    /// <summary>A set of that name is either ours from a moment ago, or its hash collides: then the next try counts the collision in.</summary>
    private async Task<ApiStatus?> ResolveCollisionAsync(Rollout rollout, V1ReplicaSet wanted, ApiStatus conflict, CancellationToken cancel)
    {
        ApiResult<V1ReplicaSet> present = await Sets.GetAsync(rollout.Namespace, wanted.Metadata.Name, cancel);
        if (!present.IsSuccess)
            return present.Error;
        bool ours = new OwnedModel<V1ReplicaSet>(present.Value).Controller?.Uid == rollout.Deployment.Metadata.Uid;
        if (ours && PodTemplates.EqualIgnoringHash(present.Value.Spec.Template, rollout.Deployment.Spec.Template))
        {
            rollout.New = present.Value;
            return null;
        }
        rollout.Deployment.Status ??= new V1DeploymentStatus();
        rollout.Deployment.Status.CollisionCount = (rollout.Deployment.Status.CollisionCount ?? 0) + 1;
        return await WriteStatusAsync(rollout, cancel) ?? conflict;
    }

    private static Dictionary<string, string> WithHash(IDictionary<string, string>? labels, string hash) =>
        new(labels ?? new Dictionary<string, string>(), StringComparer.Ordinal) { [PodTemplates.HashLabel] = hash };
}
