// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Pods;

/// <summary>What is checked of a pod's spec, wherever it stands: in pods and in templates.</summary>
internal static class PodRules
{
    private static readonly string[] RestartPolicies = ["Always", "OnFailure", "Never"];
    private static readonly string[] DnsPolicies = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    public static void Validate(JsonObject? spec, string path, FieldErrors errors)
    {
        if (spec is null)
        {
            errors.Required($"{path}.containers");
            return;
        }

        ValidateVolumes(spec.Array("volumes"), $"{path}.volumes", errors);
        ContainerRules.ValidateAll(spec, path, errors);
        if (spec.String("restartPolicy") is { Length: > 0 } restart && !RestartPolicies.Contains(restart))
            errors.NotSupported($"{path}.restartPolicy", restart, RestartPolicies);
        if (spec.String("dnsPolicy") is { Length: > 0 } dns && !DnsPolicies.Contains(dns))
            errors.NotSupported($"{path}.dnsPolicy", dns, DnsPolicies);
        MetadataRules.ValidateLabels(spec.Object("nodeSelector"), $"{path}.nodeSelector", errors);
        ValidateText(spec, "serviceAccountName", path, NameRules.Dns1123Subdomain, errors);
        ValidateText(spec, "nodeName", path, NameRules.Dns1123Subdomain, errors);
        ValidateText(spec, "hostname", path, NameRules.Dns1123Label, errors);
        ValidateText(spec, "subdomain", path, NameRules.Dns1123Label, errors);
        ValidateText(spec, "priorityClassName", path, NameRules.Dns1123Subdomain, errors);
        ValidateText(spec, "runtimeClassName", path, NameRules.Dns1123Subdomain, errors);
        if (spec.Integer("activeDeadlineSeconds") is { } deadline and (< 1 or > int.MaxValue))
            errors.Invalid($"{path}.activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive");
        ValidateTolerations(spec.Array("tolerations"), $"{path}.tolerations", errors);
    }

    /// <summary>Volumes have names of their own and one source each.</summary>
    private static void ValidateVolumes(JsonArray? volumes, string path, FieldErrors errors)
    {
        var names = new HashSet<string>();
        for (int i = 0; i < (volumes?.Count ?? 0); i++)
        {
            if (volumes![i] is not JsonObject volume)
                continue;
            string name = volume.String("name") ?? "", at = $"{path}[{i}]";
            string[] sources = [.. volume.Where(field => field.Key != "name" && field.Value is not null).Select(field => field.Key)];
            if (sources.Length == 0)
                errors.Required(at, "must specify a volume type");
            foreach (string more in sources.Skip(1))
                errors.Forbidden($"{at}.{more}", "may not specify more than 1 volume type");
            ValidateSource(volume, at, errors);
            if (name.Length == 0)
                errors.Required($"{at}.name");
            foreach (string complaint in name.Length == 0 ? [] : NameRules.Dns1123Label(name))
                errors.Invalid($"{at}.name", name, complaint);
            if (name.Length > 0 && !names.Add(name))
                errors.Duplicate($"{at}.name", name);
        }
    }

    private static void ValidateSource(JsonObject volume, string at, FieldErrors errors)
    {
        foreach ((string source, string field) in (ReadOnlySpan<(string, string)>)
            [("hostPath", "path"), ("secret", "secretName"), ("configMap", "name"), ("persistentVolumeClaim", "claimName")])
        {
            if (volume.Object(source) is { } found && string.IsNullOrEmpty(found.String(field)))
                errors.Required($"{at}.{source}.{field}");
        }

        if (volume.Object("hostPath")?.String("path") is { } path && path.Split('/').Contains(".."))
            errors.Invalid($"{at}.hostPath.path", path, "must not contain '..'");
    }

    private static void ValidateTolerations(JsonArray? tolerations, string path, FieldErrors errors)
    {
        for (int i = 0; i < (tolerations?.Count ?? 0); i++)
        {
            if (tolerations![i] is not JsonObject toleration)
                continue;
            string at = $"{path}[{i}]", key = toleration.String("key") ?? "", effect = toleration.String("effect") ?? "";
            string operation = toleration.String("operator") ?? "";
            foreach (string complaint in key.Length == 0 ? [] : NameRules.QualifiedName(key))
                errors.Invalid($"{at}.key", key, complaint);
            if (key.Length == 0 && operation != "Exists")
                errors.Invalid($"{at}.operator", operation, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            if (toleration.ContainsKey("tolerationSeconds") && effect != "NoExecute")
                errors.Invalid($"{at}.effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
            if (operation == "Exists" && !string.IsNullOrEmpty(toleration.String("value")))
                errors.Invalid($"{at}.operator", new GoSyntax($"core.Toleration{{Key:{GoText.Quote(key)}}}"), "value must be empty when `operator` is 'Exists'");
            if (operation is not ("" or "Equal" or "Exists"))
                errors.NotSupported($"{at}.operator", operation, "Equal", "Exists");
            if (effect.Length > 0 && !Effects.Contains(effect))
                errors.NotSupported($"{at}.effect", effect, Effects);
        }
    }

    private static void ValidateText(
        JsonObject spec, string field, string path, Func<string, IReadOnlyList<string>> rule, FieldErrors errors)
    {
        foreach (string complaint in spec.String(field) is { Length: > 0 } text ? rule(text) : [])
            errors.Invalid($"{path}.{field}", spec.String(field), complaint);
    }
}
