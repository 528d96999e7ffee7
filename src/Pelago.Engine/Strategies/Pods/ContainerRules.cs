// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Pods;

/// <summary>What is checked of each container of a pod (kubernetes pkg/apis/core/validation/validation.go).</summary>
internal static class ContainerRules
{
    private static readonly string[] PullPolicies = ["Always", "IfNotPresent", "Never"];
    private static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    public static void ValidateAll(JsonObject spec, string path, FieldErrors errors)
    {
        var names = new HashSet<string>();
        HashSet<string> volumes = [.. (spec.Array("volumes") ?? []).OfType<JsonObject>().Select(volume => volume.String("name") ?? "")];
        HashSet<string> claims = [.. (spec.Array("resourceClaims") ?? []).OfType<JsonObject>().Select(claim => claim.String("name") ?? "")];
        if (spec.Array("containers") is not { Count: > 0 })
            errors.Required($"{path}.containers");
        bool hostNetwork = spec.Boolean("hostNetwork") == true;
        foreach (string list in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"])
        {
            JsonArray containers = spec.Array(list) ?? [];
            var hostPorts = new HashSet<string>();
            for (int i = 0; i < containers.Count; i++)
            {
                if (containers[i] is not JsonObject container)
                    continue;
                string at = $"{path}.{list}[{i}]";
                ValidateName(container, at, names, errors);
                Validate(container, at, volumes, hostNetwork, list == "containers" ? hostPorts : [], errors);
            }
        }
    }

    private static void ValidateName(JsonObject container, string at, HashSet<string> names, FieldErrors errors)
    {
        string name = container.String("name") ?? "";
        if (name.Length == 0)
        {
            errors.Required($"{at}.name");
            return;
        }

        foreach (string complaint in NameRules.Dns1123Label(name))
            errors.Invalid($"{at}.name", name, complaint);
        if (!names.Add(name))
            errors.Duplicate($"{at}.name", name);
    }

    private static void Validate(
        JsonObject container, string at, HashSet<string> volumes, bool hostNetwork, HashSet<string> hostPorts, FieldErrors errors)
    {
        string image = container.String("image") ?? "";
        if (image.Length == 0)
            errors.Required($"{at}.image");
        else if (image.Trim() != image)
            errors.Invalid($"{at}.image", image, "must not have leading or trailing whitespace");
        if (container.String("imagePullPolicy") is { } policy && !PullPolicies.Contains(policy))
            errors.NotSupported($"{at}.imagePullPolicy", policy, PullPolicies);
        ValidatePorts(container.Array("ports"), $"{at}.ports", hostNetwork, hostPorts, errors);
        ValidateEnvironment(container.Array("env"), $"{at}.env", errors);
        ValidateMounts(container.Array("volumeMounts"), $"{at}.volumeMounts", volumes, errors);
        ResourceAmounts.Validate(container.Object("resources"), $"{at}.resources", errors);
        foreach (string probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
            ValidateProbe(container.Object(probe), $"{at}.{probe}", errors);
        foreach (string hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (container.Object("lifecycle")?.Object(hook) is { } handler)
                ValidateHandler(handler, $"{at}.lifecycle.{hook}", errors);
        }
    }

    private static void ValidatePorts(JsonArray? ports, string path, bool hostNetwork, HashSet<string> hostPorts, FieldErrors errors)
    {
        var names = new HashSet<string>();
        for (int i = 0; i < (ports?.Count ?? 0); i++)
        {
            if (ports![i] is not JsonObject port)
                continue;
            string at = $"{path}[{i}]";
            if (port.String("name") is { Length: > 0 } name)
            {
                foreach (string complaint in NameRules.PortName(name))
                    errors.Invalid($"{at}.name", name, complaint);
                if (!names.Add(name))
                    errors.Duplicate($"{at}.name", name);
            }

            long number = port.Integer("containerPort") ?? 0;
            if (number == 0)
                errors.Required($"{at}.containerPort");
            else
                Number($"{at}.containerPort", number, errors);
            string protocol = port.String("protocol") ?? "";
            if (protocol.Length == 0)
                errors.Required($"{at}.protocol");
            else if (!Protocols.Contains(protocol))
                errors.NotSupported($"{at}.protocol", protocol, Protocols);
            ValidateHostPort(port, at, number, protocol, hostNetwork, hostPorts, errors);
        }
    }

    private static void ValidateHostPort(
        JsonObject port, string at, long number, string protocol, bool hostNetwork, HashSet<string> hostPorts, FieldErrors errors)
    {
        long host = port.Integer("hostPort") ?? 0;
        if (host == 0)
            return;
        Number($"{at}.hostPort", host, errors);
        if (hostNetwork && host != number)
            errors.Invalid($"{at}.containerPort", number, "must match `hostPort` when `hostNetwork` is true");
        string key = $"{protocol}/{port.String("hostIP") ?? ""}/{host}";
        if (!hostPorts.Add(key))
            errors.Duplicate($"{at}.hostPort", key);
    }

    private static void ValidateEnvironment(JsonArray? variables, string path, FieldErrors errors)
    {
        for (int i = 0; i < (variables?.Count ?? 0); i++)
        {
            if (variables![i] is not JsonObject variable)
                continue;
            string name = variable.String("name") ?? "";
            if (name.Length == 0)
                errors.Required($"{path}[{i}].name");
            foreach (string complaint in name.Length == 0 ? [] : NameRules.RelaxedEnvVarName(name))
                errors.Invalid($"{path}[{i}].name", name, complaint);
            if (variable.Object("valueFrom") is not { } source)
                continue;
            if (!string.IsNullOrEmpty(variable.String("value")))
                errors.Invalid($"{path}[{i}].valueFrom", "", "may not be specified when `value` is not empty");
            if (source.Count == 0)
                errors.Invalid($"{path}[{i}].valueFrom", "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
            else if (source.Count > 1)
                errors.Invalid($"{path}[{i}].valueFrom", "", "may not have more than one field specified at a time");
        }
    }

    private static void ValidateMounts(JsonArray? mounts, string path, HashSet<string> volumes, FieldErrors errors)
    {
        var paths = new HashSet<string>();
        for (int i = 0; i < (mounts?.Count ?? 0); i++)
        {
            if (mounts![i] is not JsonObject mount)
                continue;
            string name = mount.String("name") ?? "", at = mount.String("mountPath") ?? "";
            if (name.Length == 0)
                errors.Required($"{path}[{i}].name");
            else if (!volumes.Contains(name))
                errors.NotFound($"{path}[{i}].name", name);
            if (at.Length == 0)
                errors.Required($"{path}[{i}].mountPath");
            else if (!paths.Add(at))
                errors.Invalid($"{path}[{i}].mountPath", at, "must be unique");
            string inside = mount.String("subPath") ?? "";
            if (inside.StartsWith('/'))
                errors.Invalid($"{path}[{i}].subPath", inside, "must be a relative path");
            if (inside.Split('/').Contains(".."))
                errors.Invalid($"{path}[{i}].subPath", inside, "must not contain '..'");
        }
    }

    private static void ValidateProbe(JsonObject? probe, string path, FieldErrors errors)
    {
        if (probe is null)
            return;
        ValidateHandler(probe, path, errors);
        foreach (string field in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
        {
            if (probe.Integer(field) is < 0 and { } number)
                errors.Invalid($"{path}.{field}", number, "must be greater than or equal to 0");
        }

        if (!path.EndsWith("readinessProbe", StringComparison.Ordinal) && probe.Integer("successThreshold") is { } successes and not 1)
            errors.Invalid($"{path}.successThreshold", successes, "must be 1");
    }

    private static void ValidateHandler(JsonObject handler, string path, FieldErrors errors)
    {
        string? first = null;
        foreach (string kind in (ReadOnlySpan<string>)["exec", "httpGet", "tcpSocket", "grpc", "sleep"])
        {
            if (handler.Object(kind) is null)
                continue;
            if (first is null)
                first = kind;
            else
                errors.Forbidden($"{path}.{kind}", "may not specify more than 1 handler type");
        }

        if (first is null)
            errors.Required(path, "must specify a handler type");
        else if (first == "exec" && handler.Object("exec")!.Array("command") is not { Count: > 0 })
            errors.Required($"{path}.exec.command");
    }

    private static void Number(string field, long number, FieldErrors errors)
    {
        foreach (string complaint in NameRules.PortNumber(number))
            errors.Invalid(field, number, complaint);
    }
}
