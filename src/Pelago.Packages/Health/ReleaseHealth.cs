// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Controllers;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Health;

/// <summary>How all objects of a release are on their cluster.</summary>
internal sealed class ReleaseHealth(IKubeApi api, ClusterKinds kinds, string ns)
{
    private readonly PodTrouble _pods = new(api);

    /// <param name="missing">Objects that are not there at all.</param>
    public async Task<StepOutcome> JudgeAsync(Release release, List<string> missing, CancellationToken cancel)
    {
        var waits = new List<string>();
        foreach (JsonObject json in release.Objects)
        {
            var item = new KubeObject(json);
            string what = $"{item.Kind} {item.Name}";
            ResourcePath? path = await kinds.PathOfAsync(item, ns, cancel);
            ApiResult read = path is null ? new ApiResult(default, ApiStatus.NoSuchPath()) : await api.GetAsync(path.Value, cancel);
            if (read.Error is { IsNotFound: true })
            {
                missing.Add(what);
                continue;
            }

            KubeObject live = KubeObject.Parse(read.BodyOrThrow());
            StepOutcome outcome = ObjectHealth.Judge(live);
            if (outcome.IsDone)
                continue;
            string trouble = await _pods.OfAsync(live, cancel);
            string words = $"{what}: {outcome.Words}{(trouble.Length > 0 ? $"; {trouble}" : "")}";
            if (outcome.IsFailed)
                return StepOutcome.Failed(words);
            waits.Add(words);
        }

        if (missing.Count > 0)
            return StepOutcome.Waits($"{string.Join(", ", missing.Take(3))} {(missing.Count == 1 ? "is" : "are")} not there");
        return waits.Count == 0 ? StepOutcome.Done : StepOutcome.Waits(waits.Count == 1 ? waits[0] : $"{waits[0]}; and {waits.Count - 1} more");
    }
}
