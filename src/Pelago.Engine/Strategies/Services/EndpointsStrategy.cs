// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Services;

/// <summary>Endpoints.</summary>
internal sealed class EndpointsStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        JsonArray subsets = subject.Json.Array("subsets") ?? [];
        for (int i = 0; i < subsets.Count; i++)
        {
            if (subsets[i] is JsonObject subset)
                ValidateSubset(subset, $"subsets[{i}]", errors);
        }
    }

    private static void ValidateSubset(JsonObject subset, string at, FieldErrors errors)
    {
        if (subset.Array("addresses") is not { Count: > 0 } && subset.Array("notReadyAddresses") is not { Count: > 0 })
            errors.Required(at, "must specify `addresses` or `notReadyAddresses`");
        foreach (string list in (ReadOnlySpan<string>)["addresses", "notReadyAddresses"])
        {
            JsonArray addresses = subset.Array(list) ?? [];
            for (int i = 0; i < addresses.Count; i++)
            {
                string ip = (addresses[i] as JsonObject)?.String("ip") ?? "";
                if (!IPAddress.TryParse(ip, out _))
                    errors.Invalid($"{at}.{list}[{i}].ip", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
            }
        }

        JsonArray ports = subset.Array("ports") ?? [];
        for (int i = 0; i < ports.Count; i++)
        {
            if (ports[i] is JsonObject port)
                ValidatePort(port, $"{at}.ports[{i}]", ports.Count > 1, errors);
        }
    }

    private static void ValidatePort(JsonObject port, string at, bool needsName, FieldErrors errors)
    {
        string name = port.String("name") ?? "";
        if (name.Length == 0 && needsName)
            errors.Required($"{at}.name");
        foreach (string complaint in name.Length == 0 ? [] : NameRules.Dns1123Label(name))
            errors.Invalid($"{at}.name", name, complaint);
        long number = port.Integer("port") ?? 0;
        foreach (string complaint in NameRules.PortNumber(number))
            errors.Invalid($"{at}.port", number, complaint);
        string protocol = port.String("protocol") ?? "";
        if (protocol is not ("TCP" or "UDP" or "SCTP"))
            errors.NotSupported($"{at}.protocol", protocol, "SCTP", "TCP", "UDP");
    }
}
