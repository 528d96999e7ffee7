// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Node.Objects;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>Reads a pod's imagePullSecrets. What cannot be read is passed over, as a kubelet does: the registry then says what is missing.</summary>
internal static class PullSecrets
{
    public static async Task<IReadOnlyList<ImageCredentials>> OfAsync(V1Pod pod, ReferencedObjects objects, CancellationToken cancel)
    {
        var credentials = new List<ImageCredentials>();
        foreach (V1LocalObjectReference reference in pod.Spec.ImagePullSecrets ?? [])
        {
            if (await objects.SecretAsync(pod.Metadata.NamespaceProperty, reference.Name, cancel) is { Data: { } data })
                credentials.AddRange(Of(data));
        }
        return credentials;
    }

    private static IEnumerable<ImageCredentials> Of(IDictionary<string, byte[]> data)
    {
        if (data.TryGetValue(".dockerconfigjson", out byte[]? config))
            return Of(Parse(config)?["auths"] as JsonObject);
        return data.TryGetValue(".dockercfg", out byte[]? old) ? Of(Parse(old)) : [];
    }

    private static IEnumerable<ImageCredentials> Of(JsonObject? servers)
    {
        foreach ((string server, JsonNode? entry) in servers ?? [])
        {
            if (entry is JsonObject account && Account(account) is { } pair)
                yield return new ImageCredentials(server, pair.User, pair.Password);
        }
    }

    private static (string User, string Password)? Account(JsonObject account)
    {
        if (account["username"] is JsonValue user && account["password"] is JsonValue password)
            return (user.ToString(), password.ToString());
        byte[] decoded = new byte[4096];
        if (account["auth"] is not JsonValue auth || !Convert.TryFromBase64String(auth.ToString(), decoded, out int length))
            return null;
        string text = Encoding.UTF8.GetString(decoded, 0, length);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }

    private static JsonObject? Parse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
