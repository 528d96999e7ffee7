// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Services;

/// <summary>What a Service may say (kubernetes pkg/apis/core/validation/validation.go ValidateService).</summary>
internal static class ServiceRules
{
    private static readonly string[] Types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    private static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    public static void Validate(KubeObject service, FieldErrors errors)
    {
        JsonObject spec = service.Spec ?? [];
        string type = ServiceFields.Type(service), address = ServiceFields.ClusterIp(service);
        bool isHeadless = address == ServiceFields.Headless;
        JsonObject[] ports = [.. ServiceFields.Ports(service)];
        if (ports.Length == 0 && !isHeadless && type != "ExternalName")
            errors.Required("spec.ports");
        if (!Types.Contains(type))
            errors.NotSupported("spec.type", type, Types);
        if (isHeadless && type is "LoadBalancer" or "NodePort")
            errors.Invalid("spec.clusterIPs[0]", address, $"may not be set to 'None' for {type} services");
        if (type == "ExternalName")
            ValidateExternalName(spec, address, errors);
        else if (address.Length > 0 && !isHeadless && !IPAddress.TryParse(address, out _))
            errors.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        for (int i = 0; i < ports.Length; i++)
            ValidatePort(ports[i], $"spec.ports[{i}]", ports.Length > 1, isHeadless, type, errors);
        ValidateDuplicates(ports, errors);
        MetadataRules.ValidateLabels(spec.Object("selector"), "spec.selector", errors);
        string affinity = spec.String("sessionAffinity") ?? "";
        if (affinity.Length == 0)
            errors.Required("spec.sessionAffinity");
        else if (affinity is not ("ClientIP" or "None"))
            errors.NotSupported("spec.sessionAffinity", affinity, "ClientIP", "None");
    }

    private static void ValidateExternalName(JsonObject spec, string address, FieldErrors errors)
    {
        if (address.Length > 0)
            errors.Forbidden("spec.clusterIPs", "may not be set for ExternalName services");
        string name = (spec.String("externalName") ?? "").TrimEnd('.');
        if (name.Length == 0)
            errors.Required("spec.externalName");
        foreach (string complaint in name.Length == 0 ? [] : NameRules.Dns1123Subdomain(name))
            errors.Invalid("spec.externalName", name, complaint);
    }

    private static void ValidatePort(JsonObject port, string at, bool needsName, bool isHeadless, string type, FieldErrors errors)
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
        if (protocol.Length == 0)
            errors.Required($"{at}.protocol");
        else if (!Protocols.Contains(protocol))
            errors.NotSupported($"{at}.protocol", protocol, Protocols);
        ValidateTarget(port["targetPort"] as JsonValue ?? JsonValue.Create(number), $"{at}.targetPort", errors);
        if (isHeadless && port["targetPort"] is { } different && different.AsInteger() is { } explicitTarget && explicitTarget != number)
            errors.Invalid($"{at}.targetPort", explicitTarget, "must be equal to the value of 'port' when clusterIP = None");
        if (type is "ClusterIP" or "ExternalName" && port.Integer("nodePort") is > 0)
            errors.Forbidden($"{at}.nodePort", $"may not be used when `type` is '{type}'");
    }

    private static void ValidateTarget(JsonValue target, string field, FieldErrors errors)
    {
        if (target.AsInteger() is { } number)
        {
            foreach (string complaint in NameRules.PortNumber(number))
                errors.Invalid(field, number, complaint);
        }
        else if (target.TryGetValue(out string? name))
        {
            foreach (string complaint in NameRules.PortName(name))
                errors.Invalid(field, name, complaint);
        }
    }

    private static void ValidateDuplicates(JsonObject[] ports, FieldErrors errors)
    {
        var names = new HashSet<string>();
        var numbers = new HashSet<string>();
        var nodePorts = new HashSet<string>();
        for (int i = 0; i < ports.Length; i++)
        {
            JsonObject port = ports[i];
            if (port.String("name") is { Length: > 0 } name && !names.Add(name))
                errors.Duplicate($"spec.ports[{i}].name", name);
            if (!numbers.Add($"{port.String("protocol")}/{port.Integer("port")}"))
                errors.Duplicate($"spec.ports[{i}]", InGo(port));
            if (port.Integer("nodePort") is > 0 and { } node && !nodePorts.Add($"{port.String("protocol")}/{node}"))
                errors.Duplicate($"spec.ports[{i}].nodePort", node);
        }
    }

    /// <summary>Upstream shows of a duplicate only what makes it one.</summary>
    private static GoSyntax InGo(JsonObject port) => new(
        $"core.ServicePort{{Name:\"\", Protocol:{GoText.Quote(port.String("protocol") ?? "")}, AppProtocol:(*string)(nil), Port:{port.Integer("port")}, "
        + "TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}");
}
