// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Registration;

/// <summary>
/// The labels of this node's own Node: those that it begins with, and over them what others gave it. They are known from the last answer of the API
/// server; only a selector that these do not satisfy is worth a request, for the scheduler may know newer ones. Thread-safe.
/// </summary>
internal sealed class NodeLabels(IKubeApi api, string node, IReadOnlyDictionary<string, string> own)
{
    private volatile IReadOnlyDictionary<string, string>? _seen;

    /// <summary>The Node as the API server just gave it.</summary>
    public void Saw(V1Node seen)
    {
        var labels = new Dictionary<string, string>(own, StringComparer.Ordinal);
        foreach ((string key, string value) in seen.Metadata?.Labels ?? new Dictionary<string, string>())
            labels[key] = value;
        _seen = labels;
    }

    /// <summary>Whether the node has all of these labels.</summary>
    /// <exception cref="IOException">The API server did not say which labels there are.</exception>
    public async ValueTask<bool> SatisfyAsync(IDictionary<string, string>? selector, CancellationToken cancel)
    {
        if (AreKnown(selector))
            return true;
        ApiResult result = await api.GetAsync(new ResourcePath(new GroupVersionResource("", "v1", "nodes"), "", node), cancel);
        if (result.Error is { IsNotFound: false } error)
            throw new IOException($"the labels of node {node} could not be read: {error.Message}");
        if (result.Error is null)
            Saw(ModelJson.Decode<V1Node>(result.Body));
        return AreKnown(selector);
    }

    private bool AreKnown(IDictionary<string, string>? selector)
    {
        IReadOnlyDictionary<string, string> known = _seen ?? own;
        foreach ((string key, string value) in selector ?? new Dictionary<string, string>())
        {
            if (!known.TryGetValue(key, out string? actual) || actual != value)
                return false;
        }
        return true;
    }
}
