// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;

namespace Pelago.Node.Variables;

/// <summary>The variables that name services (kubernetes pkg/kubelet/envvars): REDIS_SERVICE_HOST and the link variables of old Docker.</summary>
internal static class ServiceVariables
{
    /// <summary>
    /// Of the services in the pod's namespace when <paramref name="links"/>, and always of default/kubernetes, unless the namespace has a service of
    /// that name itself.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(IEnumerable<V1Service> services, string ns, bool links)
    {
        var chosen = new SortedDictionary<string, V1Service>(StringComparer.Ordinal);
        foreach (V1Service service in services.Where(HasAddress))
        {
            bool isOwn = links && service.Metadata.NamespaceProperty == ns;
            bool isMaster = service.Metadata is { NamespaceProperty: "default", Name: "kubernetes" };
            if (isOwn || (isMaster && !chosen.ContainsKey("kubernetes")))
                chosen[service.Metadata.Name] = service;
        }
        return chosen.Values.SelectMany(Of);
    }

    private static bool HasAddress(V1Service service) => service.Spec?.ClusterIP is { Length: > 0 } address && address != "None";

    private static IEnumerable<KeyValuePair<string, string>> Of(V1Service service)
    {
        string name = Upper(service.Metadata.Name);
        string host = service.Spec.ClusterIP;
        IList<V1ServicePort> ports = service.Spec.Ports ?? [];
        if (ports.Count == 0)
            yield break;
        yield return new($"{name}_SERVICE_HOST", host);
        yield return new($"{name}_SERVICE_PORT", Number(ports[0].Port));
        foreach (V1ServicePort port in ports.Where(port => !string.IsNullOrEmpty(port.Name)))
            yield return new($"{name}_SERVICE_PORT_{Upper(port.Name)}", Number(port.Port));
        for (int i = 0; i < ports.Count; i++)
        {
            string protocol = ports[i].Protocol ?? "TCP";
            string url = $"{protocol.ToLowerInvariant()}://{JoinHostPort(host, ports[i].Port)}";
            string prefix = $"{name}_PORT_{Number(ports[i].Port)}_{protocol}";
            if (i == 0)
                yield return new($"{name}_PORT", url);
            yield return new(prefix, url);
            yield return new($"{prefix}_PROTO", protocol.ToLowerInvariant());
            yield return new($"{prefix}_PORT", Number(ports[i].Port));
            yield return new($"{prefix}_ADDR", host);
        }
    }

    public static string Upper(string name) => name.ToUpperInvariant().Replace('-', '_');

    private static string JoinHostPort(string host, int port) =>
        host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{Number(port)}" : $"{host}:{Number(port)}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
