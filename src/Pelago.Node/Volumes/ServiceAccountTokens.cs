// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Volumes;

/// <summary>
/// Tokens of pods' service accounts, bound to the pod, asked for with TokenRequest and again when 80 % of their life, or a day, is over
/// (kubernetes pkg/kubelet/token).
/// </summary>
internal sealed class ServiceAccountTokens(IKubeApi api, TimeProvider time)
{
    private static readonly GroupVersionResource Resource = new("", "v1", "serviceaccounts");
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Token> _tokens = [];

    public async Task<string> GetAsync(V1Pod pod, V1ServiceAccountTokenProjection wanted, CancellationToken cancel)
    {
        var key = new Key(pod.Metadata.Uid, wanted.Audience ?? "", wanted.ExpirationSeconds ?? 3600);
        lock (_gate)
        {
            if (_tokens.TryGetValue(key, out Token known) && time.GetUtcNow() < known.RefreshAt)
                return known.Text;
        }
        Token fresh = await RequestAsync(pod, key, cancel);
        lock (_gate)
            _tokens[key] = fresh;
        return fresh.Text;
    }

    public void Forget(string podUid)
    {
        lock (_gate)
        {
            foreach (Key key in _tokens.Keys.Where(key => key.PodUid == podUid).ToList())
                _tokens.Remove(key);
        }
    }

    private async Task<Token> RequestAsync(V1Pod pod, Key key, CancellationToken cancel)
    {
        string account = pod.Spec.ServiceAccountName is { Length: > 0 } name ? name : "default";
        var spec = new JsonObject
        {
            ["expirationSeconds"] = key.Seconds,
            ["boundObjectRef"] = new JsonObject
            {
                ["kind"] = "Pod", ["apiVersion"] = "v1", ["name"] = pod.Metadata.Name, ["uid"] = pod.Metadata.Uid,
            },
        };
        if (key.Audience.Length > 0)
            spec["audiences"] = new JsonArray(key.Audience);
        var request = new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = spec };
        ApiResult result = await api.CreateAsync(
            new ResourcePath(Resource, pod.Metadata.NamespaceProperty, account, "token"), KubeJson.ToUtf8(request), WriteQuery.None, cancel);
        if (result.Error is { } error)
            throw new VolumeException($"failed to fetch token: {error.Message}");
        JsonObject? status = KubeJson.ParseObject(result.Body).Object("status");
        string text = status?.String("token") ?? throw new VolumeException("failed to fetch token: the answer has none");
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan life = DateTimeOffset.TryParse(status.String("expirationTimestamp"), System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset expires)
            ? expires - now
            : TimeSpan.FromSeconds(key.Seconds);
        TimeSpan keep = life * 0.8;
        return new Token(text, now + (keep < TimeSpan.FromHours(24) ? keep : TimeSpan.FromHours(24)));
    }

    private readonly record struct Key(string PodUid, string Audience, long Seconds);

    private readonly record struct Token(string Text, DateTimeOffset RefreshAt);
}
