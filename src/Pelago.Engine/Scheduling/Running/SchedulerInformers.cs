// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>Watches what placement depends on and hands each change to the loop as something to do with <see cref="ClusterEvents"/>.</summary>
internal sealed class SchedulerInformers(
    IKubeApi api, ILoggerFactory loggers, TimeProvider clock, PatientReads reads, ResourceNames names, PodClasses classes, ChannelWriter<Action<ClusterEvents>> inputs)
{
    private readonly InformerFactory _factory = new(api, InformerOptions.Default, clock, loggers);

    public async Task StartAsync(CancellationToken cancel)
    {
        Watch("", "pods", json => PodReader.Read(json, classes), static (events, pod) => events.PodChanged(pod), static (events, _, pod) => events.PodGone(pod));
        Watch("", "nodes", json => NodeView.Read(json, names), static (events, node) => events.NodeChanged(node), static (events, key, _) => events.NodeGone(key.Name));
        Watch(
            "", "namespaces", NamespaceView.Read,
            static (events, ns) => events.NamespaceChanged(ns.Name, ns.Labels), static (events, key, _) => events.NamespaceChanged(key.Name, null));
        Watch("", "persistentvolumeclaims", ClaimView.Read, static (events, claim) => events.ClaimChanged(claim), static (events, key, _) => events.ClaimGone(key));
        Watch("", "persistentvolumes", VolumeView.Read, static (events, volume) => events.VolumeChanged(volume), static (events, key, _) => events.VolumeGone(key.Name));
        Watch(
            "storage.k8s.io", "storageclasses", StorageClassView.Read,
            static (events, storageClass) => events.StorageClassChanged(storageClass), static (events, key, _) => events.StorageClassGone(key.Name));
        Watch(
            "policy", "poddisruptionbudgets", DisruptionBudgets.Read,
            static (events, budget) => events.BudgetChanged(budget), static (events, key, _) => events.BudgetGone(key), await PolicyVersionAsync(cancel));
        _factory.Start(cancel);
        await _factory.WaitForSyncAsync(cancel);
    }

    public Task StoppedAsync() => _factory.StoppedAsync();

    /// <summary>Before Kubernetes 1.21 budgets are served as beta only; what is read of them is the same.</summary>
    private Task<string> PolicyVersionAsync(CancellationToken cancel) => reads.ReadAsync(
        "/apis/policy/v1",
        () => api.GetRawAsync("/apis/policy/v1", cancel),
        static answer => answer.Error switch
        {
            null => "v1",
            { IsNotFound: true } => "v1beta1",
            _ => null,
        },
        cancel);

    private void Watch<T>(
        string group, string resource, Func<ReadOnlyMemory<byte>, T> read, Action<ClusterEvents, T> changed, Action<ClusterEvents, ObjectKey, T> gone,
        string version = "v1")
        where T : class =>
        _factory.Get(new GroupVersionResource(group, version, resource), "", ListQuery.Everything, read).AddHandler(change =>
        {
            // The channel is unbounded: nothing may be lost, and the loop takes whatever has come before it places the next batch.
            if (change.Type == InformerEventType.Deleted)
                inputs.TryWrite(events => gone(events, change.Key, change.Latest));
            else
                inputs.TryWrite(events => changed(events, change.Latest));
        });
}
