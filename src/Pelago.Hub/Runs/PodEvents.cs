// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.History;
using Pelago.Kube;

namespace Pelago.Hub.Runs;

/// <summary>Events of a run's pod as long as the cluster has them, which is an hour where nobody said otherwise: agents keep none, for Events are of no node.</summary>
internal sealed class PodEvents(IKubeApi api, TimeProvider time)
{
    private const int Most = 1000;
    private static readonly GroupVersionResource Resource = new("", "v1", "events");

    public async Task<IReadOnlyList<PodEvent>> OfAsync(RunRecord run, CancellationToken cancel)
    {
        var query = new ListQuery { FieldSelector = $"involvedObject.kind=Pod,involvedObject.uid={run.PodUid}", Limit = Most };
        ApiResult answer = await api.ListAsync(new ResourcePath(Resource, run.Namespace), query, cancel);
        IEnumerable<JsonObject> items = (KubeJson.ParseObject(answer.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>();
        return [.. items.Select(item => PodEvent.Read(item, time.GetUtcNow())).OfType<PodEvent>().OrderBy(happened => happened.At)];
    }
}
