// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>What one reconciliation of a DaemonSet does: nodes that get a pod, pods that go, and failed ones among these.</summary>
internal sealed class DaemonSetPlan
{
    public List<string> Create { get; } = [];
    public List<PodSummary> Delete { get; } = [];
    public List<PodSummary> Failed { get; } = [];

    /// <summary>How long until the first failed pod that was left where it is may be replaced; null when none waits.</summary>
    public TimeSpan? Wait { get; private set; }

    /// <summary>
    /// One pod on every node that should have one, none elsewhere (manage). Failed pods stay as long as <paramref name="left"/> says for
    /// their node.
    /// </summary>
    public static DaemonSetPlan Manage(DaemonSetState state, Func<string, TimeSpan> left)
    {
        var plan = new DaemonSetPlan();
        foreach ((V1Node node, bool shouldRun, bool mayStay) in state.Nodes)
            plan.Place(state, node.Metadata.Name, shouldRun, mayStay, left);
        plan.Delete.AddRange(state.Stranded.Where(pod => !pod.IsDeleting));
        return plan;
    }

    /// <summary>The next outdated pods to replace (rollingUpdate): unavailable ones cost nothing, others as far as maxUnavailable or maxSurge lets.</summary>
    public static DaemonSetPlan Roll(DaemonSetState state)
    {
        var plan = new DaemonSetPlan();
        if (state.MaxSurge > 0)
            plan.Surge(state);
        else
            plan.Replace(state);
        return plan;
    }

    private void Place(DaemonSetState state, string node, bool shouldRun, bool mayStay, Func<string, TimeSpan> left)
    {
        IReadOnlyList<PodSummary> on = state.On(node);
        if (!mayStay)
        {
            Delete.AddRange(on.Where(pod => !pod.IsDeleting));
            return;
        }
        PodSummary[] failed = [.. on.Where(pod => pod.Phase == "Failed" && !pod.IsDeleting)];
        if (failed.Length > 0 && left(node) is var wait && wait > TimeSpan.Zero)
        {
            Wait = Wait is { } known && known < wait ? known : wait;
        }
        else
        {
            Failed.AddRange(failed);
            Delete.AddRange(failed);
        }
        Delete.AddRange(on.Where(pod => pod.Phase == "Succeeded" && !pod.IsDeleting));
        PodSummary[] running = [.. on.Where(pod => pod.IsActive)];
        if (running.Length == 0 && on.Count == 0 && shouldRun)
            Create.Add(node);
        else if (running.Length > 1)
            DropSurplus(state, running);
    }

    /// <summary>Two pods on a node are right only while the new one of a surge is not available yet.</summary>
    private void DropSurplus(DaemonSetState state, PodSummary[] running)
    {
        PodSummary[] current = [.. running.Where(state.IsCurrent).OrderBy(pod => pod.Created)];
        PodSummary[] old = [.. running.Where(pod => !state.IsCurrent(pod)).OrderBy(pod => pod.Created)];
        if (current.Length > 0)
        {
            Delete.AddRange(current.Skip(1));
            bool oldHolds = state.MaxSurge > 0 && !state.IsAvailable(current[0]);
            Delete.AddRange(oldHolds ? old.Skip(1) : old);
        }
        else
        {
            Delete.AddRange(old.Skip(1));
        }
    }

    private void Replace(DaemonSetState state)
    {
        int unavailable = 0;
        var candidates = new List<PodSummary>();
        foreach ((V1Node node, bool shouldRun, _) in state.Nodes)
        {
            if (!shouldRun)
                continue;
            PodSummary? pod = state.On(node.Metadata.Name).FirstOrDefault(pod => !pod.IsDeleting);
            if (pod is null || !state.IsAvailable(pod))
                unavailable++;
            if (pod is null || state.IsCurrent(pod))
                continue;
            if (state.IsAvailable(pod))
                candidates.Add(pod);
            else
                Delete.Add(pod);
        }
        Delete.AddRange(candidates.Take(Math.Max(0, state.MaxUnavailable - unavailable)));
    }

    private void Surge(DaemonSetState state)
    {
        int surging = 0;
        var candidates = new List<string>();
        foreach ((V1Node node, bool shouldRun, _) in state.Nodes)
        {
            if (!shouldRun)
                continue;
            PodSummary[] on = [.. state.On(node.Metadata.Name).Where(pod => !pod.IsDeleting)];
            PodSummary? fresh = on.FirstOrDefault(state.IsCurrent);
            PodSummary? old = on.FirstOrDefault(pod => !state.IsCurrent(pod));
            if (old is null)
                continue;
            if (fresh is null)
                candidates.Add(node.Metadata.Name);
            else if (state.IsAvailable(fresh))
                Delete.Add(old);
            else
                surging++;
        }
        Create.AddRange(candidates.Take(Math.Max(0, state.MaxSurge - surging)));
    }
}
