// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>
/// The objects of one installation on one cluster: brought there, and taken away. Only what carries the installation's mark is changed. Everything may be
/// done again at any time.
/// </summary>
/// <param name="hub">What tells this controller's installations from those of another one on the same cluster; empty where nothing does.</param>
internal sealed class InstalledObjects(IKubeApi api, ClusterKinds kinds, Installation installation, string hub)
{
    private static readonly WriteQuery Apply = new() { FieldManager = PackagesApi.FieldManager, Force = true };
    private readonly OwnerMark _mark = new(installation.Namespace, installation.Name, hub);

    /// <summary>Texts that no words are to have: those of each release that was looked at.</summary>
    public HashSet<string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>The cluster is only asked whether it would take what is applied.</summary>
    public bool IsTrial { get; init; }

    /// <summary>Applies the objects of a release in their order.</summary>
    /// <param name="each">Goes on after one that is refused, and says so at the end: on the way back none may keep another from it.</param>
    public async Task<StepOutcome> ApplyAsync(Release release, bool each, CancellationToken cancel)
    {
        var failures = new List<string>();
        StepOutcome whole = StepOutcome.Done;
        foreach (JsonObject json in release.Objects)
        {
            StepOutcome outcome = await ApplyAsync(json, release, cancel);
            if (outcome.IsDone)
                continue;
            if (!each)
                return outcome;
            if (outcome.IsFailed)
                failures.Add(outcome.Words);
            else
                whole = outcome;
        }

        return failures.Count > 0 ? StepOutcome.Failed(Some(failures)) : whole;
    }

    /// <summary>The Job of a hook.</summary>
    public Task<StepOutcome> ApplyAsync(JsonObject hook, CancellationToken cancel) => ApplyAsync(hook, null, cancel);

    /// <summary>Whether an object is this installation's to change and to remove.</summary>
    public bool IsOurs(KubeObject live) => _mark.IsOn(live);

    /// <param name="release">What comes with it, and may define its kind.</param>
    public async Task<StepOutcome> ApplyAsync(JsonObject json, Release? release, CancellationToken cancel)
    {
        var item = new KubeObject((JsonObject)json.DeepClone());
        bool isDefinedHere = release is not null && release.Objects.Any(other => Defines(new KubeObject(other), item));
        StepOutcome notYet = StepOutcome.Waits($"waits until cluster {api.Cluster} knows {item.Kind}, which the package defines itself");
        if (await kinds.PathOfAsync(item, installation.Namespace, cancel) is not { } path)
            return isDefinedHere ? notYet : StepOutcome.Failed($"cluster {api.Cluster} does not know {item.Kind} of {item.ApiVersion}: a package that defines it has to be installed first");
        if (path.Namespace.Length > 0)
            item.Namespace = path.Namespace;
        item.Metadata.ObjectOrNew("annotations")[PackagesApi.OwnerAnnotation] = _mark.Text;
        ApiResult read = await api.GetAsync(path, cancel);
        if (read.Error is { IsNotFound: false } unread)
            return Judge(item, unread);
        if (read.Error is null && Obstacle(item, KubeObject.Parse(read.Body)) is { } obstacle)
            return obstacle;
        ApiResult applied = await api.PatchAsync(path, PatchType.Apply, item.ToUtf8(), IsTrial ? Apply with { DryRun = true } : Apply, cancel);
        if (applied.Error is { Code: 422 } && item.Kind == "Job" && read.Error is null)
            return IsTrial ? StepOutcome.Done : await ReplaceAsync(item, path, cancel);
        if (applied.Error is { IsNotFound: true } && isDefinedHere)
            return notYet;
        return applied.Error is { } refused ? Judge(item, refused) : StepOutcome.Done;
    }

    private static bool Defines(KubeObject definition, KubeObject item) =>
        definition.Kind == "CustomResourceDefinition" && definition.Spec is { } spec && spec.Object("names")?.String("kind") == item.Kind
        && GroupVersion.TryParse(item.ApiVersion, out GroupVersion version) && spec.String("group") == version.Group;

    /// <summary>Removes what these releases have and the one that stays has not.</summary>
    /// <param name="stays">Null: nothing stays but what is marked to be kept.</param>
    /// <param name="left">What was kept, as <c>KIND NAMESPACE/NAME</c>.</param>
    public async Task<StepOutcome> RemoveAsync(IEnumerable<Release> releases, Release? stays, List<string> left, CancellationToken cancel)
    {
        HashSet<ObjectIdentifier> staying = [.. (stays?.Objects ?? []).Select(json => ObjectIdentifier.Of(json, installation.Namespace))];
        var doomed = new Dictionary<ObjectIdentifier, JsonObject>();
        foreach (JsonObject json in releases.SelectMany(release => release.Objects).Where(json => !staying.Contains(ObjectIdentifier.Of(json, installation.Namespace))))
            doomed.TryAdd(ObjectIdentifier.Of(json, installation.Namespace), json);
        var present = new List<string>();
        foreach (JsonObject json in doomed.Values.OrderByDescending(ApplyOrder.Of))
        {
            if (await RemoveAsync(new KubeObject(json), left, cancel) is { } waits)
                present.Add(waits);
        }

        return present.Count == 0 ? StepOutcome.Done : StepOutcome.Waits($"waits until {Some(present)} {(present.Count == 1 ? "is" : "are")} gone");
    }

    private static string Some(List<string> items) => items.Count <= 3 ? string.Join(", ", items) : $"{string.Join(", ", items.Take(3))} and {items.Count - 3} more";

    /// <summary>What is still there; null when it is gone, or is not ours to remove.</summary>
    private async Task<string?> RemoveAsync(KubeObject item, List<string> left, CancellationToken cancel)
    {
        // A kind that is not served any more has no objects.
        if (await kinds.PathOfAsync(item, installation.Namespace, cancel) is not { } path)
            return null;
        ApiResult read = await api.GetAsync(path, cancel);
        if (read.Error is { IsNotFound: true })
            return null;
        KubeObject live = KubeObject.Parse(read.BodyOrThrow());
        if (!_mark.IsOn(live))
            return null;
        if (live.Annotations?.String(PackagesApi.KeepAnnotation) == "true")
        {
            left.Add($"{live.Kind} {live.Key}");
            return null;
        }

        if (!live.IsDeleting)
        {
            ApiResult gone = await api.DeleteAsync(path, new DeleteQuery { PropagationPolicy = "Foreground", Uid = live.Uid }, cancel);
            if (gone.Error is { IsNotFound: false, IsConflict: false } refused)
                throw new ApiStatusException(refused);
        }

        if (item.Kind == "CustomResourceDefinition")
            Forget(item);
        return (await api.GetAsync(path, cancel)).Error is { IsNotFound: true } ? null : $"{item.Kind} {item.Name}";
    }

    private void Forget(KubeObject definition)
    {
        JsonObject spec = definition.Spec ?? [];
        foreach (JsonObject version in (spec.Array("versions") ?? []).OfType<JsonObject>())
            kinds.Forget(new GroupVersionKind(spec.String("group") ?? "", version.String("name") ?? "", spec.Object("names")?.String("kind") ?? ""));
    }

    private StepOutcome? Obstacle(KubeObject item, KubeObject live)
    {
        if (live.IsDeleting)
            return StepOutcome.Waits($"waits until the {item.Kind} {item.Name} of before is gone");
        if (!_mark.IsOn(live) && OwnerMark.Of(live) is { Length: > 0 } owner)
            return StepOutcome.Failed($"{item.Kind} {item.Name} is there already and is of {_mark.Describe(owner)}: give this one another name");
        if (!_mark.IsOn(live))
            return StepOutcome.Failed($"{item.Kind} {item.Name} is there already and is of no installation: remove it, or give this one another name");
        return item.Kind == "CustomResourceDefinition" ? DefinitionChange.Obstacle(item, live) : null;
    }

    /// <summary>A Job cannot be changed once it is there.</summary>
    private async Task<StepOutcome> ReplaceAsync(KubeObject item, ResourcePath path, CancellationToken cancel)
    {
        ApiResult gone = await api.DeleteAsync(path, new DeleteQuery { PropagationPolicy = "Background" }, cancel);
        return gone.Error is { IsNotFound: false } refused ? Judge(item, refused) : StepOutcome.Waits($"replaces Job {item.Name}");
    }

    /// <summary>Refusals that another try may not meet are thrown, so that it is made.</summary>
    private StepOutcome Judge(KubeObject item, ApiStatus refused) => refused.Code is 400 or 403 or 404 or 405 or 413 or 415 or 422
        ? StepOutcome.Failed($"{item.Kind} {item.Name}: {RefusalWords.Of(refused, Secrets)}")
        : throw new ApiStatusException(refused with { Message = RefusalWords.Of(refused, Secrets) });
}
