// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Variables;

namespace Pelago.Node.Ports;

/// <summary>The ports of this node that the scheduler gave to a pod.</summary>
internal static class HostPorts
{
    /// <summary>Null: none.</summary>
    public static HostPortAllocation? Of(V1Pod pod) =>
        Annotation(pod, HostPortAllocation.Annotation) is { } text && HostPortAllocation.TryParse(text, out HostPortAllocation? given) ? given : null;

    /// <summary>It asks for ports and was given none: it came to its node without the scheduler.</summary>
    public static bool AreMissing(V1Pod pod) => Annotation(pod, HostPortRequests.Annotation) is not null && Of(pod) is null;

    /// <summary>The port that stands for a container's declared port of the same name; 0: none.</summary>
    public static int Named(HostPortAllocation? given, string? name) =>
        string.IsNullOrEmpty(name) ? 0 : given?.Grants.FirstOrDefault(grant => grant.Name == name)?.Ports.Ranges[0].First ?? 0;

    /// <summary>PORT and PORT0, PORT1, … for all ports in the order of the request; PORT_NAME for each entry, and PORT_NAME_0, … where it has several.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables(HostPortAllocation given)
    {
        int number = 0;
        foreach (HostPortGrant grant in given.Grants)
        {
            string name = $"PORT_{ServiceVariables.Upper(grant.Name)}";
            int place = 0;
            foreach (PortRange range in grant.Ports.Ranges.ToArray())
            {
                for (int port = range.First; port <= range.Last; port++)
                {
                    string text = port.ToString(CultureInfo.InvariantCulture);
                    if (number == 0)
                        yield return new("PORT", text);
                    yield return new($"PORT{number++}", text);
                    if (place == 0)
                        yield return new(name, text);
                    if (grant.Ports.Count > 1)
                        yield return new($"{name}_{place++}", text);
                }
            }
        }
    }

    private static string? Annotation(V1Pod pod, string name) => pod.Metadata.Annotations?.TryGetValue(name, out string? text) == true ? text : null;
}
