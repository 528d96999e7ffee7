// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Brings clusters to what the Installations of one of them say. There is one level of it: what is applied is objects, and nothing here schedules,
/// watches or restarts what they run.
/// </summary>
public static partial class InstallationController
{
    /// <summary>Most of them wait, some for clusters that do not answer.</summary>
    private const int Workers = 32;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(30);

    /// <summary>Until cancelled. Of several instances over one cluster only one may run at a time.</summary>
    public static async Task RunAsync(InstallationClusters clusters, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel)
    {
        ILogger log = loggers.CreateLogger("packages");
        try
        {
            await DefineAsync(clusters.Home, log, time, cancel);
            WorkQueue<InstallationPart>? queue = null;
            var watches = new ObjectWatches((key, cluster) => queue?.Add(new InstallationPart(key, cluster)), time, loggers, cancel);
            var work = new ClusterWork(clusters, time, watches);
            var informers = new InformerFactory(clusters.Home, InformerOptions.Default, time, loggers);
            Informer<Installation> installations = informers.Get(PackagesApi.Installations, "", ListQuery.Everything, utf8 => new Installation(KubeObject.Parse(utf8)));
            using var loop = new Controller<InstallationPart>("installation-controller", [installations], (part, stop) => work.RunAsync(part.Key, part.Cluster, stop), time, log) { Workers = Workers };
            queue = loop.Queue;
            InstallationPart Part(Installation installation, string cluster) => new(new ObjectKey(installation.Namespace, installation.Name), cluster);
            IEnumerable<string> Parts(Installation installation) => installation.Spec.ClusterNames(clusters.Home.Cluster).Concat(installation.Clusters.Keys).Distinct();
            installations.AddHandler(change =>
            {
                foreach (string cluster in Parts(change.Latest).Append(""))
                    loop.Queue.Add(new InstallationPart(change.Key, cluster));
            });
            var pulse = new ClusterPulse(
                clusters, () => installations.Cache.List().SelectMany(Parts).ToHashSet(StringComparer.Ordinal),
                turned =>
                {
                    foreach (Installation installation in installations.Cache.List().Where(one => Parts(one).Contains(turned)))
                        loop.Queue.Add(Part(installation, turned));
                },
                time, log);
            informers.Start(cancel);
            await Task.WhenAll(loop.RunAsync(cancel), informers.StoppedAsync(), pulse.RunAsync(Seen, cancel));
            await watches.StoppedAsync();

            void Seen(IReadOnlySet<IKubeApi> apis) =>
                watches.Retain(apis, installations.Cache.List().SelectMany(one => Parts(one).Select(cluster => Part(one, cluster))).ToHashSet());
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    /// <summary>Applies the definition of Installations and waits until they are served.</summary>
    public static async Task DefineAsync(IKubeApi api, ILogger log, TimeProvider time, CancellationToken cancel)
    {
        string said = "";
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LastPause ? pause * 2 : LastPause)
        {
            string why = await TryDefineAsync(api, cancel);
            if (why.Length == 0)
                return;
            if (why != said)
                Log.NotDefined(log, api.Cluster, said = why);
            await Task.Delay(pause, time, cancel);
        }
    }

    private static async Task<string> TryDefineAsync(IKubeApi api, CancellationToken cancel)
    {
        try
        {
            var path = new ResourcePath(PackagesApi.Definitions, "", PackagesApi.DefinitionName);
            var write = new WriteQuery { FieldManager = PackagesApi.FieldManager, Force = true };
            ApiResult applied = await api.PatchAsync(path, PatchType.Apply, KubeJson.ToUtf8(PackagesApi.Definition()), write, cancel);
            if (applied.Error is { } refused)
                return refused.Message;
            ApiResult served = await api.ListAsync(new ResourcePath(PackagesApi.Installations), new ListQuery { Limit = 1 }, cancel);
            return served.Error?.Message ?? "";
        }
        catch (ClusterUnreachableException away)
        {
            return away.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7000, LogLevel.Information, "cluster {Cluster} does not serve installations yet: {Why}")]
        public static partial void NotDefined(ILogger log, string cluster, string why);
    }
}
