// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using k8s.Models;

namespace Pelago.Node.Variables;

/// <summary>What a pod can learn of itself through fieldRef and resourceFieldRef (the downward API).</summary>
internal sealed class PodFields(V1Pod pod, string podAddress, string hostAddress, IDictionary<string, ResourceQuantity> allocatable)
{
    /// <summary>Null for a path that is not served.</summary>
    public string? Field(string path)
    {
        if (KeyOf(path, "metadata.labels") is { } label)
            return Lookup(pod.Metadata.Labels, label);
        if (KeyOf(path, "metadata.annotations") is { } annotation)
            return Lookup(pod.Metadata.Annotations, annotation);
        return path switch
        {
            "metadata.name" => pod.Metadata.Name,
            "metadata.namespace" => pod.Metadata.NamespaceProperty,
            "metadata.uid" => pod.Metadata.Uid,
            "metadata.labels" => Lines(pod.Metadata.Labels),
            "metadata.annotations" => Lines(pod.Metadata.Annotations),
            "spec.nodeName" => pod.Spec.NodeName ?? "",
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "",
            "status.hostIP" or "status.hostIPs" => hostAddress,
            "status.podIP" or "status.podIPs" => podAddress,
            _ => null,
        };
    }

    /// <summary>A request or limit in units of the divisor, rounded up; a limit that is not set is all that the node has. Null for an unknown resource.</summary>
    public string? Resource(V1ResourceFieldSelector selector, V1Container container)
    {
        int dot = selector.Resource.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return null;
        string name = selector.Resource[(dot + 1)..];
        bool isLimit = selector.Resource.StartsWith("limits.", StringComparison.Ordinal);
        IDictionary<string, ResourceQuantity>? declared = isLimit ? container.Resources?.Limits : container.Resources?.Requests;
        decimal value = declared is not null && declared.TryGetValue(name, out ResourceQuantity? given) ? given.ToDecimal()
            : isLimit && allocatable.TryGetValue(name, out ResourceQuantity? all) ? all.ToDecimal()
            : 0;
        decimal divisor = selector.Divisor?.ToDecimal() is { } by && by > 0 ? by : 1;
        return Math.Ceiling(value / divisor).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The key of <c>metadata.labels['key']</c>.</summary>
    private static string? KeyOf(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal)
            ? path[(map.Length + 2)..^2]
            : null;

    private static string Lookup(IDictionary<string, string>? map, string key) =>
        map is not null && map.TryGetValue(key, out string? value) ? value : "";

    /// <summary>One <c>key="value"</c> a line, sorted, values escaped as Go's %q does.</summary>
    private static string Lines(IDictionary<string, string>? map)
    {
        var text = new StringBuilder();
        foreach ((string key, string value) in (map ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (text.Length > 0)
                text.Append('\n');
            text.Append(key).Append("=\"");
            foreach (char c in value)
            {
                text.Append(c switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\t' => "\\t",
                    '\r' => "\\r",
                    < ' ' or '\x7f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                    _ => c.ToString(),
                });
            }
            text.Append('"');
        }
        return text.ToString();
    }
}
