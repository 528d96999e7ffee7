// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Watches what is installed on each cluster, one watch for each kind that any of it is of, so that what is healthy need not be asked for again and again. For
/// many threads.
/// </summary>
/// <param name="changed">Told of an installation and a cluster on which an object of it came, changed or went.</param>
internal sealed class ObjectWatches(Action<ObjectKey, string> changed, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
{
    // Whose an object is stands in its metadata; what is in Secrets is nobody's affair here.
    private static readonly ListQuery Installed = new() { LabelSelector = PackagesApi.InstallationLabel, MetadataOnly = true };
    private readonly Lock _gate = new();
    private readonly Dictionary<(IKubeApi Api, GroupVersionResource Resource), KindWatch> _watches = [];
    private readonly Dictionary<InstallationPart, (IKubeApi Api, IReadOnlySet<GroupVersionResource> Resources)> _uses = [];
    private readonly List<Task> _ending = [];

    /// <summary>How many kinds are watched, those of each cluster counted.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _watches.Count;
        }
    }

    /// <summary>Whether changes of all kinds that are installed of it there are heard of from now on; those that are not yet will be.</summary>
    public bool Covers(InstallationPart part, IKubeApi api, IReadOnlySet<GroupVersionResource> resources)
    {
        lock (_gate)
        {
            _uses[part] = (api, resources);
            bool all = true;
            foreach (GroupVersionResource resource in resources)
            {
                if (!_watches.TryGetValue((api, resource), out KindWatch? watch))
                    _watches[(api, resource)] = watch = Start(api, resource);
                all &= watch.Informer.HasSynced;
            }

            return all;
        }
    }

    /// <summary>Ends the watches of clusters that are not in use any more, and of kinds that nothing is installed of there.</summary>
    /// <param name="parts">All that is installed.</param>
    public void Retain(IReadOnlySet<IKubeApi> apis, IReadOnlySet<InstallationPart> parts)
    {
        lock (_gate)
        {
            _ending.RemoveAll(ending => ending.IsCompletedSuccessfully);
            foreach (InstallationPart gone in _uses.Where(use => !parts.Contains(use.Key) || !apis.Contains(use.Value.Api)).Select(use => use.Key).ToArray())
                _uses.Remove(gone);
            var used = _uses.Values.SelectMany(use => use.Resources.Select(resource => (use.Api, resource))).ToHashSet();
            foreach ((IKubeApi, GroupVersionResource) unused in _watches.Keys.Where(key => !used.Contains(key)).ToArray())
            {
                _ending.Add(_watches[unused].EndAsync());
                _watches.Remove(unused);
            }
        }
    }

    /// <summary>Until all watches have ended, once the token says so.</summary>
    public Task StoppedAsync()
    {
        lock (_gate)
            return Task.WhenAll([.. _ending, .. _watches.Values.Select(watch => watch.StoppedAsync())]);
    }

    private KindWatch Start(IKubeApi api, GroupVersionResource resource)
    {
        var informer = new Informer<InstalledObject>(api, resource, "", Installed, InstalledObject.Read, InformerOptions.Default, time, loggers.CreateLogger<ObjectWatches>());
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        CancellationToken stopping = stop.Token;
        informer.AddHandler(change =>
        {
            if (change.Latest.Installation is { } installation && !stopping.IsCancellationRequested)
                changed(installation, api.Cluster);
        });
        return new KindWatch(informer, stop, BackgroundWork.RunAsync(() => informer.RunAsync(stopping)));
    }

    /// <summary>All that is kept of an object: whose it is.</summary>
    private sealed record InstalledObject(ObjectKey? Installation)
    {
        public static InstalledObject Read(ReadOnlyMemory<byte> utf8) => new(OwnerMark.InstallationOf(KubeObject.Parse(utf8)));
    }

    private sealed record KindWatch(Informer<InstalledObject> Informer, CancellationTokenSource Stop, Task Running)
    {
        public async Task EndAsync()
        {
            await Stop.CancelAsync();
            await StoppedAsync();
        }

        /// <summary>Its source goes after it: until then the watch may still ask it.</summary>
        public async Task StoppedAsync()
        {
            try
            {
                await Running;
            }
            catch (OperationCanceledException) when (Stop.IsCancellationRequested)
            {
            }
            finally
            {
                Stop.Dispose();
            }
        }
    }
}
