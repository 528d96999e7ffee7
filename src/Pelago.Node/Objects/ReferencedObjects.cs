// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Variables;

namespace Pelago.Node.Objects;

/// <summary>Names a ConfigMap or Secret that a pod uses.</summary>
internal readonly record struct ObjectName(string Resource, string Namespace, string Name)
{
    public const string ConfigMaps = "configmaps";
    public const string Secrets = "secrets";
}

/// <summary>
/// The ConfigMaps and Secrets that the pods of this node refer to, each watched by its name for as long as a pod refers to it: a node sees no others,
/// and a change reaches the pod's volumes at once. Thread-safe.
/// </summary>
internal sealed class ReferencedObjects(IKubeApi api, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan FirstSync = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectName, Watched> _watched = [];

    /// <summary>Called with an object's name after its content changed; must return at once.</summary>
    public Action<ObjectName>? Changed { get; set; }

    /// <summary>A pod refers to exactly these from now on; none when it is gone.</summary>
    public void Hold(string podUid, IReadOnlySet<ObjectName> names)
    {
        var dropped = new List<Watched>();
        lock (_gate)
        {
            foreach (ObjectName name in names)
            {
                if (!_watched.TryGetValue(name, out Watched? watched))
                    _watched[name] = watched = Start(name);
                watched.Pods.Add(podUid);
            }
            foreach ((ObjectName name, Watched watched) in _watched.Where(pair => !names.Contains(pair.Key)).ToList())
            {
                if (watched.Pods.Remove(podUid) && watched.Pods.Count == 0 && _watched.Remove(name))
                    dropped.Add(watched);
            }
        }
        foreach (Watched watched in dropped)
            watched.Stop.Cancel();
    }

    /// <summary>Null when there is no such ConfigMap. Only for what a pod holds.</summary>
    public async Task<V1ConfigMap?> ConfigMapAsync(string ns, string name, CancellationToken cancel) =>
        await ReadAsync(new ObjectName(ObjectName.ConfigMaps, ns, name), cancel) as V1ConfigMap;

    /// <summary>Null when there is no such Secret. Only for what a pod holds.</summary>
    public async Task<V1Secret?> SecretAsync(string ns, string name, CancellationToken cancel) =>
        await ReadAsync(new ObjectName(ObjectName.Secrets, ns, name), cancel) as V1Secret;

    public async ValueTask DisposeAsync()
    {
        List<Watched> all;
        lock (_gate)
        {
            all = [.. _watched.Values];
            _watched.Clear();
        }
        foreach (Watched watched in all)
        {
            await watched.Stop.CancelAsync();
            await watched.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<object?> ReadAsync(ObjectName name, CancellationToken cancel)
    {
        Watched? watched;
        lock (_gate)
            watched = _watched.GetValueOrDefault(name);
        if (watched is null)
            return null;
        try
        {
            await watched.Informer.WaitForSyncAsync(cancel).WaitAsync(FirstSync, time, cancel);
        }
        catch (TimeoutException)
        {
            throw new ConfigurationException($"failed to sync {name.Resource[..^1]} cache: timed out waiting for the condition");
        }
        return watched.Read();
    }

    private Watched Start(ObjectName name) => name.Resource == ObjectName.ConfigMaps ? Start<V1ConfigMap>(name) : Start<V1Secret>(name);

    private Watched Start<T>(ObjectName name)
        where T : class
    {
        var query = new ListQuery { FieldSelector = $"metadata.name={name.Name}" };
        var informer = new Informer<T>(
            api, new GroupVersionResource("", "v1", name.Resource), name.Namespace, query, ModelJson.Decode<T>, InformerOptions.Default, time, log);
        informer.AddHandler(_ => Changed?.Invoke(name));
        var stop = new CancellationTokenSource();
        return new Watched(informer, () => informer.Cache.Get(name.Namespace, name.Name), stop, Task.Run(() => informer.RunAsync(stop.Token), stop.Token));
    }

    private sealed record Watched(IInformer Informer, Func<object?> Read, CancellationTokenSource Stop, Task Running)
    {
        public HashSet<string> Pods { get; } = [];
    }
}
