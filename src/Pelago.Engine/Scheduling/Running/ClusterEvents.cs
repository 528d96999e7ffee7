// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Turns what the cluster reports into changes of the state and of the queue, and wakes pods that a change may help.
/// Runs on the scheduler's loop only.
/// </summary>
internal sealed class ClusterEvents(ClusterState state, SchedulingQueue queue, SchedulerOptions options)
{
    public void PodChanged(PodView pod)
    {
        if (pod.IsTerminated)
        {
            PodGone(pod);
        }
        else if (pod.NodeName.Length > 0)
        {
            queue.Remove(pod.Uid);
            if (state.SetPod(pod, pod.NodeName))
                queue.Wake(FailureKinds.PodAffinity | FailureKinds.Spread);
        }
        else if (options.Places(pod.SchedulerName))
        {
            WaitingPodChanged(pod);
        }
    }

    public void PodGone(PodView pod)
    {
        queue.Remove(pod.Uid);
        bool freed = state.RemovePod(pod.Uid);
        state.Nominate(pod, null);
        if (freed || pod.NominatedNodeName.Length > 0)
            queue.Wake(FailureKinds.AnyPodRule);
    }

    public void NodeChanged(NodeView node)
    {
        if (state.SetNode(node))
            queue.Wake(FailureKinds.AnyNodeRule | FailureKinds.Ports);
    }

    public void NodeGone(string name)
    {
        state.RemoveNode(name);

        // Fewer places can make a spread constraint easier.
        queue.Wake(FailureKinds.Spread);
    }

    public void NamespaceChanged(string name, IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is null)
            state.Namespaces.Remove(name);
        else
            state.Namespaces.Set(name, labels);
        state.NamespacesChanged();
        queue.Wake(FailureKinds.PodAffinity);
    }

    public void ClaimChanged(ClaimView claim)
    {
        state.Volumes.Set(claim);
        queue.Wake(FailureKinds.Volumes);
    }

    public void ClaimGone(ObjectKey key)
    {
        state.Volumes.RemoveClaim(key);
        queue.Wake(FailureKinds.Volumes);
    }

    public void VolumeChanged(VolumeView volume)
    {
        state.Volumes.Set(volume);
        queue.Wake(FailureKinds.Volumes);
    }

    public void VolumeGone(string name) => state.Volumes.RemoveVolume(name);

    public void StorageClassChanged(StorageClassView storageClass)
    {
        state.Volumes.Set(storageClass);
        queue.Wake(FailureKinds.Volumes);
    }

    public void StorageClassGone(string name) => state.Volumes.RemoveClass(name);

    public void BudgetChanged(DisruptionBudgets.Budget budget) => state.Budgets.Set(budget);

    public void BudgetGone(ObjectKey key) => state.Budgets.Remove(key);

    private void WaitingPodChanged(PodView pod)
    {
        // A report from before the binding: the place is taken already.
        if (state.Pods.ContainsKey(pod.Uid))
            return;
        if (pod.IsDeleting || pod.IsGated)
        {
            queue.Remove(pod.Uid);
            state.Nominate(pod, null);
            return;
        }

        if (queue.Find(pod.Uid) is { Place: QueuePlace.InFlight } inFlight)
        {
            inFlight.Pod = pod;
            return;
        }

        state.Nominate(pod, pod.NominatedNodeName);
        queue.AddOrUpdate(pod);
    }
}
