// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.Aggregation;

/// <summary>
/// Shows every group version that this API server serves as an APIService without a service: the built-in ones from the start, those of
/// CustomResourceDefinitions as they come and go (upstream pkg/controlplane/apiserver/aggregator.go, crdregistration).
/// </summary>
internal sealed partial class LocalApiServices(IKubeApi api, ResourceRegistry registry, TimeProvider time, ILogger logger)
{
    private const string Managed = "kube-aggregator.kubernetes.io/automanaged";
    private const string OwnGroup = "apiregistration.k8s.io";
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly GroupVersionResource ApiServices = new(OwnGroup, "v1", "apiservices");

    public async Task RunAsync(CancellationToken cancel)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        registry.Observe(_ => changes.Writer.TryWrite(true));
        changes.Writer.TryWrite(true);
        while (await changes.Reader.WaitToReadAsync(cancel))
        {
            changes.Reader.TryRead(out _);
            try
            {
                await SyncAsync(cancel);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                Log.Refused(logger, fault.Message);
                await Task.Delay(RetryPause, time, cancel);
                changes.Writer.TryWrite(true);
            }
        }
    }

    /// <summary>Makes what is missing, takes away what was made here and is served no more. What people made stays.</summary>
    public async Task SyncAsync(CancellationToken cancel)
    {
        Dictionary<string, KubeObject> expected = Expected().ToDictionary(item => item.Name);
        ReadOnlyMemory<byte> body = (await api.ListAsync(new ResourcePath(ApiServices), ListQuery.Everything, cancel)).BodyOrThrow();
        var changes = new List<Task<ApiResult>>();
        foreach (JsonObject json in (KubeJson.ParseObject(body).Array("items") ?? []).OfType<JsonObject>())
        {
            var present = new KubeObject(json);
            if (!expected.Remove(present.Name, out KubeObject wanted))
            {
                if (present.Labels?.ContainsKey(Managed) == true)
                    changes.Add(api.DeleteAsync(new ResourcePath(ApiServices, "", present.Name), new DeleteQuery { Uid = present.Uid }, cancel));
            }
            else if (present.Labels?.ContainsKey(Managed) == true && !SamePriority(present, wanted))
            {
                present.Json["spec"] = wanted.Spec!.DeepClone();
                changes.Add(api.UpdateAsync(new ResourcePath(ApiServices, "", present.Name), present.ToUtf8(), WriteQuery.None, cancel));
            }
        }

        changes.AddRange(expected.Values.Select(item => api.CreateAsync(new ResourcePath(ApiServices), item.ToUtf8(), WriteQuery.None, cancel)));
        foreach (ApiResult result in await Task.WhenAll(changes))
        {
            if (result.Error is { IsNotFound: false, IsAlreadyExists: false } error)
                throw new ApiStatusException(error);
        }
    }

    private IEnumerable<KubeObject> Expected() => registry.Current.Kinds
        .Where(kind => kind.Group != OwnGroup)
        .SelectMany(kind => kind.Versions.Select(version => (kind.Group, Version: version.Name, kind.IsCustom)))
        .DistinctBy(served => (served.Group, served.Version))
        .Select(served => New(served.Group, served.Version, served.IsCustom));

    private static KubeObject New(string group, string version, bool isCustom)
    {
        (long groupPriority, long versionPriority) = ApiPriorities.Of(group, version, isCustom);
        var spec = new JsonObject { ["group"] = group, ["groupPriorityMinimum"] = groupPriority, ["version"] = version, ["versionPriority"] = versionPriority };
        if (group.Length == 0)
            spec.Remove("group");
        return new KubeObject(new JsonObject
        {
            ["apiVersion"] = $"{OwnGroup}/v1",
            ["kind"] = "APIService",
            ["metadata"] = new JsonObject { ["name"] = $"{version}.{group}", ["labels"] = new JsonObject { [Managed] = isCustom ? "true" : "onstart" } },
            ["spec"] = spec,
        });
    }

    private static bool SamePriority(KubeObject one, KubeObject other) =>
        one.Spec?.Integer("groupPriorityMinimum") == other.Spec?.Integer("groupPriorityMinimum")
        && one.Spec?.Integer("versionPriority") == other.Spec?.Integer("versionPriority");

    private static partial class Log
    {
        [LoggerMessage(2300, LogLevel.Warning, "the local APIServices could not be brought up to date and will be tried again: {Why}")]
        public static partial void Refused(ILogger logger, string why);
    }
}
