// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Health;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>
/// One look at an installation on one cluster: goes on from where the journal says it stands, as far as it can without waiting. Each step is written
/// down before it is done and may be done again, so this may end anywhere.
/// </summary>
/// <param name="hub">As for <see cref="InstalledObjects"/>.</param>
internal sealed class ClusterRun(
    Installation installation, string cluster, IKubeApi api, ClusterKinds kinds, string hub, RecordStore records, ReleasePlan plan, Journal journal, TimeProvider time)
{
    private const int MaxSteps = 20;

    /// <summary>Characters: what 500 clusters say has to fit into one object, or none of them could write where it stands.</summary>
    private const int MaxMessage = 1200;
    private const int MaxFailure = 800;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(10);

    /// <summary>For what is not well, and of which no watch may tell: a pod that does not start says why by and by.</summary>
    private static readonly TimeSpan Unwell = TimeSpan.FromSeconds(2);

    /// <summary>Where changes are heard of, and a cluster's coming and going, too: only in case one was missed.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(60);

    /// <summary>Between two looks, however often its objects change.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan UntilKnown = TimeSpan.FromSeconds(15);
    private readonly InstalledObjects _objects = new(api, kinds, installation, hub);
    private readonly ReleaseHealth _health = new(api, kinds, installation.Namespace);
    private ClusterState _state = installation.Clusters.GetValueOrDefault(cluster) ?? new ClusterState();
    private bool _isOver;

    /// <summary>Null: nobody tells of changes.</summary>
    public ObjectWatches? Watches { get; init; }
    private bool _written;

    public async Task<ReconcileResult> RunAsync(bool isWanted, CancellationToken cancel)
    {
        if (_state.Phase == InstallationPhase.Unreachable)
            await ReturnAsync(cancel);
        if (!isWanted && _state.Operation != Steps.Remove)
            await WriteAsync(Begun(_state with { Operation = Steps.Remove, Step = Steps.PreHook, Left = [] }), cancel);
        // What is wanted again while it is removed is not removed to its end, with all its data.
        if (isWanted && (_state.Revision != installation.Revision || _state.Operation == Steps.Remove) && await BeginAsync(cancel) is { } notYet)
            return notYet;
        for (int i = 0; i < MaxSteps && _state.Step.Length > 0 && !_isOver; i++)
        {
            StepOutcome outcome = await DoAsync(cancel);
            if (outcome.IsDone)
                await AdvanceAsync(cancel);
            else if (await HoldAsync(outcome, cancel) is { } wait)
                return wait;
        }

        if (_isOver || _state.Release.Length == 0)
            return ReconcileResult.Done;
        return _state.Step.Length > 0 ? ReconcileResult.Again(TimeSpan.Zero) : await LookAsync(cancel);
    }

    /// <summary>Says that the cluster is back once it has answered, and not before.</summary>
    private async Task ReturnAsync(CancellationToken cancel)
    {
        await api.GetRawAsync("/version", cancel);
        bool isBegun = _state.Operation.Length > 0;
        await WriteAsync(_state with { Phase = isBegun ? Steps.PhaseOf(_state) : InstallationPhase.Pending, Message = "", Since = MetaTime.Now(time) }, cancel);
    }

    /// <summary>Nobody knows the cluster: it may have been added a moment ago.</summary>
    public async Task<ReconcileResult> UnknownAsync(string words, CancellationToken cancel)
    {
        bool isNew = _state.Phase == InstallationPhase.Pending && !(MetaTime.TryParse(_state.Since, out DateTimeOffset since) && time.GetUtcNow() - since > UntilKnown);
        if (!isNew)
            return await UnreachableAsync(words, cancel);
        await WriteAsync(_state with { Message = words, Since = _state.Since.Length > 0 ? _state.Since : MetaTime.Now(time) }, cancel);
        return ReconcileResult.Again(Soon);
    }

    /// <summary>The cluster does not answer, or nobody knows it.</summary>
    public async Task<ReconcileResult> UnreachableAsync(string words, CancellationToken cancel)
    {
        await WriteAsync(_state with { Phase = InstallationPhase.Unreachable, Message = words }, cancel);
        return ReconcileResult.Again(Watches is null ? Unwell : Later);
    }

    /// <summary>A refusal as it may be said and logged.</summary>
    public ApiStatus WithoutSecrets(ApiStatus refused) => refused with { Message = RefusalWords.Short(HiddenText.Of(refused.Message, _objects.Secrets)) };

    /// <summary>What the cluster refuses now it may take later; after the deadline it counts as a failure.</summary>
    public async Task<ReconcileResult> RefusedAsync(ApiStatus refused, CancellationToken cancel)
    {
        if (_state.Step.Length == 0)
            return await UnseenAsync(refused, cancel);
        ReconcileResult? wait = await HoldAsync(StepOutcome.Waits($"the cluster refuses, which is tried again: {refused.Message}"), cancel);
        if (wait is null)
            return ReconcileResult.Again(TimeSpan.Zero);
        return wait.Value.After > Soon ? wait.Value : ReconcileResult.Failed(refused);
    }

    /// <summary>Nothing is under way, and nobody may look any more: whether it is well is not known.</summary>
    private async Task<ReconcileResult> UnseenAsync(ApiStatus refused, CancellationToken cancel)
    {
        if (refused.Code is 401 or 403 && _state.Phase is InstallationPhase.Healthy or InstallationPhase.Degraded or InstallationPhase.Pending)
        {
            string phase = _state.Phase == InstallationPhase.Pending ? _state.Phase : InstallationPhase.Degraded;
            await WriteAsync(_state with { Phase = phase, Message = $"the cluster refuses, which is tried again: {refused.Message}" }, cancel);
        }

        return ReconcileResult.Failed(refused);
    }

    /// <summary>Null once the new revision was begun.</summary>
    private async Task<ReconcileResult?> BeginAsync(CancellationToken cancel)
    {
        Release? current = await TryReleaseAsync(_state.HealthyRelease, cancel);
        PlannedRelease planned = await plan.MakeAsync(installation, cluster, current, cancel);
        StepOutcome outcome = planned.Outcome;
        _objects.Secrets.UnionWith(planned.Secrets);
        if (outcome.IsDone)
        {
            string operation = _state.HealthyRelease.Length == 0 ? Steps.Install : Steps.Upgrade;
            await WriteAsync(Begun(_state with { Revision = installation.Revision, Operation = operation, Step = Steps.PreHook, Release = planned.Digest, Failure = "" }), cancel);
            return null;
        }

        if (!outcome.IsFailed)
        {
            await WriteAsync(_state with { Phase = InstallationPhase.Pending, Message = outcome.Words }, cancel);
            return ReconcileResult.Again(TimeSpan.FromSeconds(2));
        }

        // What was under way when this came is taken back to what was healthy. Where that is lost, too, there is nothing to look after.
        ClusterState refused = _state with { Revision = installation.Revision, Failure = outcome.Words, Message = outcome.Words };
        await WriteAsync(
            _state.Step.Length > 0 && current is not null
                ? Begun(refused with { Operation = Steps.Revert, Step = Steps.Apply, Release = _state.HealthyRelease })
                : refused with { Operation = Steps.Refused, Step = "", Phase = InstallationPhase.Failed, Release = current is null ? "" : _state.HealthyRelease },
            cancel);
        return null;
    }

    private async Task<StepOutcome> DoAsync(CancellationToken cancel)
    {
        if (_state.Step is Steps.PreHook or Steps.Apply or Steps.Repair && _state.Operation != Steps.Remove)
            await MakeNamespaceAsync(cancel);
        switch (_state.Step)
        {
            case Steps.PreHook or Steps.PostHook:
                return await HookAsync(cancel);
            case Steps.Apply:
                return await _objects.ApplyAsync(await ReleaseAsync(_state.Release, cancel), each: _state.Operation == Steps.Revert, cancel);
            case Steps.Wait:
                return await _health.JudgeAsync(await ReleaseAsync(_state.Release, cancel), [], cancel);
            case Steps.Repair:
                Release release = await ReleaseAsync(_state.Release, cancel);
                StepOutcome applied = await _objects.ApplyAsync(release, each: true, cancel);
                return applied.IsDone ? await _health.JudgeAsync(release, [], cancel) : applied;
            case Steps.Prune or Steps.Delete:
                return await RemoveAsync(cancel);
            case Steps.Clean:
                await new HookRuns(api, _objects, installation).ClearAsync(cancel);
                return StepOutcome.Done;
            default:
                return StepOutcome.Failed($"its journal names a step that is not known: {_state.Step}");
        }
    }

    /// <summary>The cluster that has the installation has its namespace; another one may not.</summary>
    private async Task MakeNamespaceAsync(CancellationToken cancel)
    {
        if (installation.Spec.Clusters.Count == 0)
            return;
        ApiResult read = await api.GetAsync(new ResourcePath(PackagesApi.Namespaces, "", installation.Namespace), cancel);
        if (read.Error is not { IsNotFound: true })
            return; // it is there, or what is put into it says that it is not
        byte[] body = KubeJson.ToUtf8(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = installation.Namespace } });
        ApiResult made = await api.CreateAsync(new ResourcePath(PackagesApi.Namespaces), body, new WriteQuery { FieldManager = PackagesApi.FieldManager }, cancel);
        if (made.Error is { IsAlreadyExists: false } refused)
            throw new ApiStatusException(refused);
    }

    private async Task<StepOutcome> HookAsync(CancellationToken cancel)
    {
        bool goes = _state.Operation == Steps.Remove;
        Release? release = goes ? await TryReleaseAsync(_state.HealthyRelease, cancel) : await ReleaseAsync(_state.Release, cancel);
        if (release is null)
            return StepOutcome.Done;
        StepOutcome outcome = await new HookRuns(api, _objects, installation).RunAsync(release, Steps.Moment(_state), _state.Revision, cancel);
        // On the way back nothing may stand in the way.
        return outcome.IsFailed && _state.Operation is Steps.Revert or Steps.Remove ? StepOutcome.Done : outcome;
    }

    private async Task<StepOutcome> RemoveAsync(CancellationToken cancel)
    {
        var releases = new List<Release>();
        foreach (string digest in _state.Touched)
        {
            // Of one that is lost nothing is known any more: in a namespace that ends its record may go before its objects.
            if (await TryReleaseAsync(digest, cancel) is { } release)
                releases.Add(release);
        }

        var left = new List<string>();
        Release? stays = _state.Step == Steps.Prune ? await ReleaseAsync(_state.Release, cancel) : null;
        StepOutcome outcome = await _objects.RemoveAsync(releases, stays, left, cancel);
        if (_state.Step == Steps.Delete)
            _state = _state with { Left = left };
        return outcome;
    }

    private async Task AdvanceAsync(CancellationToken cancel)
    {
        ClusterState next = _state with { Step = Steps.After(_state), Message = "" };
        if (next.Step.Length > 0)
        {
            await WriteAsync(next with { Phase = Steps.PhaseOf(next), Since = next.Step is Steps.Wait or Steps.PostHook ? MetaTime.Now(time) : next.Since }, cancel);
            return;
        }

        if (_state.Operation == Steps.Remove)
        {
            _isOver = true;
            // Its releases stay named: their records go with the installation.
            await WriteAsync(installation.IsDeleting ? next with { Phase = InstallationPhase.Removed } : null, cancel);
            return;
        }

        if (_state.Operation == Steps.Revert)
            next = next with { Message = $"revision {_state.Revision} was given up ({_state.Failure}); revision {_state.HealthyRevision} is in place" };
        else if (_state.Operation == Steps.Refused)
            next = next with { Message = _state.Failure };
        else if (_state.Step == Steps.Repair)
            next = next with { Failure = "" };
        else
            next = next with { HealthyRevision = _state.Revision, HealthyRelease = _state.Release, Failure = "" };
        await WriteAsync(next with { Phase = Steps.PhaseOf(next), Touched = [next.Release] }, cancel);
    }

    /// <summary>A step that is not done; null when something else is done instead at once.</summary>
    private async Task<ReconcileResult?> HoldAsync(StepOutcome outcome, CancellationToken cancel)
    {
        bool isLate = IsLate();
        // On the way back and on the way out a hook is not waited for without end.
        if (isLate && _state.Operation is Steps.Revert or Steps.Remove && _state.Step is Steps.PreHook or Steps.PostHook)
        {
            await AdvanceAsync(cancel);
            return null;
        }

        // What is healthy is not taken back because something of before is slow to go.
        bool hasDeadline = _state.Operation != Steps.Remove && _state.Step != Steps.Prune;
        if (!hasDeadline || (!outcome.IsFailed && !isLate))
        {
            await WriteAsync(_state with { Message = outcome.Words }, cancel);
            return ReconcileResult.Again(isLate ? Later : Soon);
        }

        string why = outcome.IsFailed ? outcome.Words : $"not done within {installation.Spec.TimeoutSeconds} s: {outcome.Words}";
        if (_state.Operation == Steps.Upgrade && installation.Spec.RollsBack && _state.Step != Steps.Repair && _state.HealthyRelease.Length > 0)
        {
            await WriteAsync(Begun(_state with { Operation = Steps.Revert, Step = Steps.PreHook, Release = _state.HealthyRelease, Failure = why }), cancel);
            return null;
        }

        string failure = _state.Operation is Steps.Revert or Steps.Refused ? _state.Failure : why;
        await WriteAsync(_state with { Phase = InstallationPhase.Failed, Message = why, Failure = failure }, cancel);
        return ReconcileResult.Again(Later);
    }

    /// <summary>Whether what was well still is.</summary>
    private async Task<ReconcileResult> LookAsync(CancellationToken cancel)
    {
        var missing = new List<string>();
        if (await TryReleaseAsync(_state.Release, cancel) is not { } release)
        {
            await WriteAsync(_state with { Revision = 0 }, cancel); // made anew from the package
            return ReconcileResult.Again(TimeSpan.Zero);
        }

        StepOutcome outcome = await _health.JudgeAsync(release, missing, cancel);
        if (missing.Count > 0)
        {
            ClusterState repair = _state with { Step = Steps.Repair, Message = outcome.Words, Since = MetaTime.Now(time) };
            await WriteAsync(repair with { Phase = Steps.PhaseOf(repair) }, cancel);
            return ReconcileResult.Again(TimeSpan.Zero);
        }

        bool isTold = Watches?.Covers(new InstallationPart(new ObjectKey(installation.Namespace, installation.Name), cluster), api, await ResourcesAsync(release, cancel)) == true;
        string calm = Steps.PhaseOf(_state);
        if (calm == InstallationPhase.Healthy)
            await WriteAsync(_state with { Phase = outcome.IsDone ? calm : InstallationPhase.Degraded, Message = outcome.Words }, cancel);
        return ReconcileResult.Again(!outcome.IsDone ? Unwell : isTold ? Seldom : Later) with { Rest = Rest };
    }

    private async Task<IReadOnlySet<GroupVersionResource>> ResourcesAsync(Release release, CancellationToken cancel)
    {
        var resources = new HashSet<GroupVersionResource>();
        foreach (JsonObject json in release.Objects)
        {
            if (await kinds.PathOfAsync(new KubeObject(json), installation.Namespace, cancel) is { } path)
                resources.Add(path.Resource);
        }

        return resources;
    }

    private ClusterState Begun(ClusterState state) => state with
    {
        Phase = Steps.PhaseOf(state),
        Since = MetaTime.Now(time),
        Message = state.Failure,
        Touched = state.Release.Length == 0 || state.Touched.Contains(state.Release) ? state.Touched : [.. state.Touched, state.Release],
    };

    private bool IsLate() =>
        MetaTime.TryParse(_state.Since, out DateTimeOffset since) && time.GetUtcNow() - since > TimeSpan.FromSeconds(installation.Spec.TimeoutSeconds);

    private async Task<Release> ReleaseAsync(string digest, CancellationToken cancel)
    {
        var release = Release.Read(await records.ReadAsync(installation.Namespace, digest, cancel));
        _objects.Secrets.UnionWith(release.Secrets);
        return release;
    }

    /// <summary>Null when its record is lost or damaged.</summary>
    private async Task<Release?> TryReleaseAsync(string digest, CancellationToken cancel)
    {
        try
        {
            return digest.Length == 0 ? null : await ReleaseAsync(digest, cancel);
        }
        catch (ApiStatusException lost) when (lost.Status.Code is 400 or 404)
        {
            return null;
        }
    }

    /// <summary>The only place that writes words down, whoever said them: without the secrets of every release that was looked at.</summary>
    private async Task WriteAsync(ClusterState? state, CancellationToken cancel)
    {
        if (state is not null)
            state = state with { Message = Short(HiddenText.Of(state.Message, _objects.Secrets), MaxMessage), Failure = Short(HiddenText.Of(state.Failure, _objects.Secrets), MaxFailure) };
        JsonObject? before = installation.Clusters.ContainsKey(cluster) || _written ? _state.ToJson() : null, after = state?.ToJson();
        if (JsonNode.DeepEquals(before, after))
            return;
        await journal.WriteAsync(installation, cluster, state, cancel);
        (_state, _written) = (state ?? new ClusterState(), true);
    }

    /// <summary>Half a character would not be read back as it was written.</summary>
    private static string Short(string words, int most) => words.Length <= most ? words : $"{words[..(char.IsHighSurrogate(words[most - 1]) ? most - 1 : most)]}…";
}
