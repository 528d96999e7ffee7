// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary>What is wrong with the pods of an installation that no waiting mends: their image is not there, or their program ends again and again.</summary>
internal sealed class PodFaults(HttpKubeApi cluster, string image)
{
    private const int CrashesBefore = 3;
    private const int LooksBefore = 3;

    // Not ErrImagePull: the first try of a busy registry may fail, and the next one not.
    private static readonly string[] NoImage = ["ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"];
    private readonly Dictionary<string, int> _withoutImage = new(StringComparer.Ordinal);

    public async Task ThrowIfHopelessAsync(CancellationToken cancel)
    {
        ApiResult answer = await cluster.GetRawAsync(InstalledPods.All, cancel);
        foreach (JsonObject pod in InstalledPods.Items(answer.BodyOrThrow()).Where(pod => !InstalledPods.IsLeaving(pod)))
        {
            foreach (JsonObject status in (pod.Object("status")?.Array("containerStatuses") ?? []).OfType<JsonObject>())
                await CheckAsync(pod, status, cancel);
        }
    }

    private async Task CheckAsync(JsonObject pod, JsonObject status, CancellationToken cancel)
    {
        JsonObject? waiting = status.Object("state")?.Object("waiting");
        string reason = waiting?.String("reason") ?? "", node = pod.Object("spec")?.String("nodeName") ?? "?", name = InstalledPods.NameOf(pod);
        string used = (pod.Object("spec")?.Array("containers") ?? []).OfType<JsonObject>().FirstOrDefault()?.String("image") ?? image;
        bool lacksImage = NoImage.Contains(reason) && used == image;
        _withoutImage[name] = lacksImage ? _withoutImage.GetValueOrDefault(name) + 1 : 0;
        if (_withoutImage[name] >= LooksBefore)
        {
            throw new CliException(
                $"image {image} is not on node {node} of cluster {cluster.Cluster}, and no registry gave it ({waiting?.String("message") ?? reason}). Make it: '{Invocation.Program} image build -o pelago.tar'; then bring it to every node, "
                + $"'ctr -n k8s.io images import pelago.tar' there, or to a registry, '{Invocation.Program} install --image REGISTRY/pelago:TAG'; then '{Invocation.Program} install' again");
        }
        if (reason == "CrashLoopBackOff" && (status.Integer("restartCount") ?? 0) >= CrashesBefore)
            throw new CliException($"pod {name} on node {node} of cluster {cluster.Cluster} ends again and again. Its last words: {await LastWordsAsync(name, cancel)}");
    }

    private async Task<string> LastWordsAsync(string pod, CancellationToken cancel)
    {
        ApiResult log = await cluster.RawAsync(System.Net.Http.HttpMethod.Get, $"/api/v1/namespaces/{NodeApi.Namespace}/pods/{pod}/log?tailLines=5&previous=true", "*/*", null, "application/json", cancel);
        return log.Error is { } error ? $"(not to be had: {error.Message})" : Encoding.UTF8.GetString(log.Body.Span).Trim();
    }
}
