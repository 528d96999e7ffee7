// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using k8s.Models;
using Pelago.Node.Objects;
using Pelago.Node.Ports;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Variables;

/// <summary>Makes a container's environment, in kubelet's order: services, then the node's own, then envFrom, then env; later ones win.</summary>
internal sealed class ContainerVariables(ReferencedObjects objects, V1Pod pod, PodFields fields, PodSandboxStatus sandbox)
{
    /// <summary>Services of the cluster, for the link variables.</summary>
    public required IReadOnlyList<V1Service> Services { get; init; }

    /// <summary>What every container of this node gets unless it says otherwise: PELAGO_DNS and its like.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> NodeDefaults { get; init; }

    /// <summary>A <see cref="ConfigurationException"/> names the first object or key that is missing.</summary>
    public async Task<List<KeyValuePair<string, string>>> BuildAsync(V1Container container, CancellationToken cancel)
    {
        var service = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in ServiceVariables.Of(Services, pod.Metadata.NamespaceProperty, pod.Spec.EnableServiceLinks ?? true))
            service[name] = value;
        foreach ((string name, string value) in NodeDefaults.Concat(Ports(container)))
            service[name] = value;
        if (HostPorts.Of(pod) is { } given)
        {
            foreach ((string name, string value) in HostPorts.Variables(given))
                service[name] = value;
        }
        if (sandbox.Address.Length > 0)
            service["POD_IP"] = sandbox.Address;
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (V1EnvFromSource source in container.EnvFrom ?? [])
            await AddFromAsync(source, result, cancel);
        foreach (V1EnvVar variable in container.Env ?? [])
        {
            string? value = string.IsNullOrEmpty(variable.Value)
                ? variable.ValueFrom is null ? "" : await ReadAsync(variable.ValueFrom, container, cancel)
                : Expansion.Expand(variable.Value, name => result.GetValueOrDefault(name) ?? service.GetValueOrDefault(name));
            if (value is not null)
                result[variable.Name] = value;
        }
        foreach ((string name, string value) in service)
            result.TryAdd(name, value);
        return [.. result];
    }

    /// <summary>PORT, PORT0, PORT1, … and PORT_NAME: what to listen on for each declared port.</summary>
    private IEnumerable<KeyValuePair<string, string>> Ports(V1Container container)
    {
        var ports = new List<(string? Name, int Port)>();
        foreach (V1ContainerPort port in container.Ports ?? [])
            ports.Add((port.Name, sandbox.AssignedPorts.GetValueOrDefault(port.ContainerPort, port.ContainerPort)));
        if (ports.Count == 0 && sandbox.AssignedPorts.TryGetValue(0, out int only))
            ports.Add((null, only));
        for (int i = 0; i < ports.Count; i++)
        {
            string number = ports[i].Port.ToString(CultureInfo.InvariantCulture);
            if (i == 0)
                yield return new("PORT", number);
            yield return new($"PORT{i}", number);
            if (!string.IsNullOrEmpty(ports[i].Name))
                yield return new($"PORT_{ServiceVariables.Upper(ports[i].Name!)}", number);
        }
    }

    private async Task AddFromAsync(V1EnvFromSource source, Dictionary<string, string> result, CancellationToken cancel)
    {
        string ns = pod.Metadata.NamespaceProperty;
        if (source.ConfigMapRef is { } map)
        {
            V1ConfigMap? found = await objects.ConfigMapAsync(ns, map.Name, cancel);
            if (found is null && map.Optional != true)
                throw new ConfigurationException($"configmap \"{map.Name}\" not found");
            foreach ((string key, string value) in found?.Data ?? new Dictionary<string, string>())
                result[source.Prefix + key] = value;
        }
        if (source.SecretRef is { } secret)
        {
            V1Secret? found = await objects.SecretAsync(ns, secret.Name, cancel);
            if (found is null && secret.Optional != true)
                throw new ConfigurationException($"secret \"{secret.Name}\" not found");
            foreach ((string key, byte[] value) in found?.Data ?? new Dictionary<string, byte[]>())
                result[source.Prefix + key] = Encoding.UTF8.GetString(value);
        }
    }

    /// <summary>Null: optional and not there, so the variable is not set.</summary>
    private async Task<string?> ReadAsync(V1EnvVarSource source, V1Container container, CancellationToken cancel)
    {
        if (source.FieldRef is { } field)
            return fields.Field(field.FieldPath) ?? throw new ConfigurationException($"unsupported fieldPath: {field.FieldPath}");
        if (source.ResourceFieldRef is { } resource)
            return ReadResource(resource, container);
        if (source.ConfigMapKeyRef is { } map)
            return await ReadConfigMapAsync(map, cancel);
        return source.SecretKeyRef is { } secret ? await ReadSecretAsync(secret, cancel) : "";
    }

    private string ReadResource(V1ResourceFieldSelector selector, V1Container container)
    {
        V1Container from = string.IsNullOrEmpty(selector.ContainerName)
            ? container
            : pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).FirstOrDefault(item => item.Name == selector.ContainerName)
                ?? throw new ConfigurationException($"container {selector.ContainerName} not found");
        return fields.Resource(selector, from) ?? throw new ConfigurationException($"unsupported container resource : {selector.Resource}");
    }

    private async Task<string?> ReadConfigMapAsync(V1ConfigMapKeySelector selector, CancellationToken cancel)
    {
        string ns = pod.Metadata.NamespaceProperty;
        V1ConfigMap? map = await objects.ConfigMapAsync(ns, selector.Name, cancel);
        if (map is null)
            return selector.Optional == true ? null : throw new ConfigurationException($"configmap \"{selector.Name}\" not found");
        if (map.Data is not null && map.Data.TryGetValue(selector.Key, out string? value))
            return value;
        return selector.Optional == true ? null : throw new ConfigurationException($"couldn't find key {selector.Key} in ConfigMap {ns}/{selector.Name}");
    }

    private async Task<string?> ReadSecretAsync(V1SecretKeySelector selector, CancellationToken cancel)
    {
        string ns = pod.Metadata.NamespaceProperty;
        V1Secret? secret = await objects.SecretAsync(ns, selector.Name, cancel);
        if (secret is null)
            return selector.Optional == true ? null : throw new ConfigurationException($"secret \"{selector.Name}\" not found");
        if (secret.Data is not null && secret.Data.TryGetValue(selector.Key, out byte[]? value))
            return Encoding.UTF8.GetString(value);
        return selector.Optional == true ? null : throw new ConfigurationException($"couldn't find key {selector.Key} in Secret {ns}/{selector.Name}");
    }
}
