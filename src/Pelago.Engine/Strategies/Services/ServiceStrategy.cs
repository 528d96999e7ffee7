// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Services;

/// <summary>
/// Services: an address of the cluster's range and ports of its node port range, kept through updates that leave them out
/// (kubernetes pkg/registry/core/service/storage/alloc.go). What a write takes is given back if the write fails.
/// </summary>
internal sealed class ServiceStrategy(ServiceAllocations allocations) : ResourceStrategy
{
    public override bool TracksCommits => true;

    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        created.Json["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        Allocate(context, created, taken: null);
    }

    public override void PrepareForUpdate(StrategyContext context, KubeObject updated, KubeObject old)
    {
        if (context.Subresource.Length > 0)
            return;
        KeepAddress(updated, old);
        KeepNodePorts(updated, old);
        Allocate(context, updated, old);
    }

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length == 0)
            ServiceRules.Validate(subject, errors);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        string before = ServiceFields.ClusterIp(old), now = ServiceFields.ClusterIp(updated);
        if (ServiceFields.NeedsClusterIp(old) && ServiceFields.NeedsClusterIp(updated) && before.Length > 0 && before != now)
            errors.Invalid("spec.clusterIPs[0]", GoSyntax.Strings([now]), "may not change once set");
    }

    public override void Committed(StrategyContext? context, KubeObject? current, KubeObject? old)
    {
        if (old is not { } before)
            return;
        IPAddress[] addresses = current is { } now ? [.. ServiceFields.ClusterIps(now)] : [];
        int[] ports = current is { } after ? [.. ServiceFields.NodePorts(after)] : [];
        allocations.Release(ServiceFields.ClusterIps(before).Except(addresses), ServiceFields.NodePorts(before).Except(ports));
    }

    public override void Abandoned(StrategyContext context)
    {
        if (context.Reserved is Taken taken)
            allocations.Release(taken.Addresses, taken.NodePorts);
    }

    private void Allocate(StrategyContext context, KubeObject service, KubeObject? taken)
    {
        var reserved = new Taken();
        context.Reserved = reserved;
        if (service.Spec is null)
            return;
        if (ServiceFields.NeedsClusterIp(service))
            AllocateAddress(context, service, taken, reserved);
        if (ServiceFields.NeedsNodePorts(service))
            AllocateNodePorts(context, service, taken, reserved);
    }

    private void AllocateAddress(StrategyContext context, KubeObject service, KubeObject? taken, Taken reserved)
    {
        JsonObject spec = service.Spec!;
        string wished = ServiceFields.ClusterIp(service);
        if (wished.Length == 0)
            wished = spec.Array("clusterIPs")?.FirstOrDefault()?.ToString() ?? "";
        if (wished.Length == 0)
        {
            if (allocations.AllocateAddress() is not { } address)
            {
                context.Errors.Add(new StatusCause("InternalError", "Internal error: failed to allocate a serviceIP: range is full", "spec.clusterIP"));
                return;
            }

            reserved.Addresses.Add(address);
            wished = address.ToString();
        }
        else if (wished != ServiceFields.Headless && IPAddress.TryParse(wished, out IPAddress? named)
            && !(taken is { } old && ServiceFields.ClusterIps(old).Any()))
        {
            // One that has an address cannot get another: validation says so.
            Reserve(context, named, reserved);
        }

        spec["clusterIP"] = wished;
        if (spec.Array("clusterIPs") is not { Count: > 0 })
            spec["clusterIPs"] = new JsonArray(wished);
        if (spec.Array("ipFamilies") is not { Count: > 0 })
            spec["ipFamilies"] = new JsonArray("IPv4");
        if (string.IsNullOrEmpty(spec.String("ipFamilyPolicy")))
            spec["ipFamilyPolicy"] = "SingleStack";
    }

    private void Reserve(StrategyContext context, IPAddress named, Taken reserved)
    {
        if (allocations.TryAllocate(named))
        {
            reserved.Addresses.Add(named);
            return;
        }

        string why = allocations.Range.Contains(named)
            ? "provided IP is already allocated"
            : $"the provided IP ({named}) is not in the valid range. The range of valid IPs is {allocations.Range}";
        context.Errors.Invalid("spec.clusterIPs", GoSyntax.Strings([named.ToString()]), $"failed to allocate IP {named}: {why}");
    }

    private void AllocateNodePorts(StrategyContext context, KubeObject service, KubeObject? taken, Taken reserved)
    {
        HashSet<int> known = taken is { } old ? [.. ServiceFields.NodePorts(old)] : [];
        int index = 0;
        foreach (JsonObject port in ServiceFields.Ports(service))
        {
            string field = $"spec.ports[{index++}].nodePort";
            long wished = port.Integer("nodePort") ?? 0;
            if (wished == 0)
            {
                int found = allocations.AllocateNodePort();
                if (found == 0)
                {
                    context.Errors.Add(new StatusCause("InternalError", "Internal error: failed to allocate a nodePort: range is full", field));
                    return;
                }

                reserved.NodePorts.Add(found);
                port["nodePort"] = found;
            }
            else if (!known.Contains((int)wished) && !reserved.NodePorts.Contains((int)wished))
            {
                ReserveNodePort(context, field, wished, reserved);
            }
        }
    }

    private void ReserveNodePort(StrategyContext context, string field, long wished, Taken reserved)
    {
        if (!allocations.IsInRange(wished))
        {
            context.Errors.Invalid(field, wished, $"provided port is not in the valid range. The range of valid ports is {allocations.PortRange}");
        }
        else if (allocations.TryAllocate((int)wished))
        {
            reserved.NodePorts.Add((int)wished);
        }
        else
        {
            context.Errors.Invalid(field, wished, "provided port is already allocated");
        }
    }

    /// <summary>An update that does not mention the address keeps it; one to a type without address drops it.</summary>
    private static void KeepAddress(KubeObject updated, KubeObject old)
    {
        if (updated.Spec is not { } spec || old.Spec is not { } before)
            return;
        bool needed = ServiceFields.NeedsClusterIp(old), needs = ServiceFields.NeedsClusterIp(updated);
        foreach (string field in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
        {
            if (needed && needs && spec[field] is null && before[field] is { } value)
                spec[field] = value.DeepClone();
            else if (needed && !needs && JsonNode.DeepEquals(spec[field], before[field]))
                spec.Remove(field);
        }
    }

    private static void KeepNodePorts(KubeObject updated, KubeObject old)
    {
        if (ServiceFields.NeedsNodePorts(updated))
        {
            Dictionary<string, long> before = [];
            foreach (JsonObject port in ServiceFields.Ports(old))
            {
                if (port.Integer("nodePort") is > 0 and { } number)
                    before.TryAdd(KeyOf(port), number);
            }

            HashSet<long> said = [.. ServiceFields.Ports(updated).Select(port => port.Integer("nodePort") ?? 0)];
            foreach (JsonObject port in ServiceFields.Ports(updated))
            {
                if (port.Integer("nodePort") is null or 0 && before.TryGetValue(KeyOf(port), out long number) && said.Add(number))
                    port["nodePort"] = number;
            }
        }
        else if (ServiceFields.NeedsNodePorts(old) && ServiceFields.NodePorts(updated).SequenceEqual(ServiceFields.NodePorts(old)))
        {
            foreach (JsonObject port in ServiceFields.Ports(updated))
                port.Remove("nodePort");
            updated.Spec?.Remove("healthCheckNodePort");
        }
    }

    private static string KeyOf(JsonObject port) => $"{port.String("protocol")}/{port.Integer("port")}";

    /// <summary>What one write has taken so far.</summary>
    private sealed class Taken
    {
        public List<IPAddress> Addresses { get; } = [];

        public List<int> NodePorts { get; } = [];
    }
}
