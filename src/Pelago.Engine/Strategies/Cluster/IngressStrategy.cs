// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Cluster;

/// <summary>Ingresses (kubernetes pkg/apis/networking/validation/validation.go).</summary>
internal sealed class IngressStrategy : ResourceStrategy
{
    private static readonly string[] PathTypes = ["Exact", "ImplementationSpecific", "Prefix"];

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonArray rules = subject.Spec?.Array("rules") ?? [];
        if (rules.Count == 0 && subject.Spec?.Object("defaultBackend") is null)
            errors.Invalid("spec", new GoSyntax("[]networking.IngressRule(nil)"), "either `defaultBackend` or `rules` must be specified");
        ValidateBackend(subject.Spec?.Object("defaultBackend"), "spec.defaultBackend", errors);
        for (int i = 0; i < rules.Count; i++)
        {
            if (rules[i] is JsonObject rule)
                ValidateRule(rule, $"spec.rules[{i}]", errors);
        }
    }

    private static void ValidateRule(JsonObject rule, string at, FieldErrors errors)
    {
        string host = rule.String("host") ?? "";
        bool isWildcard = host.Contains('*', StringComparison.Ordinal);
        foreach (string complaint in host.Length == 0 ? [] : isWildcard ? NameRules.WildcardDns1123Subdomain(host) : NameRules.Dns1123Subdomain(host))
            errors.Invalid($"{at}.host", host, complaint);
        JsonArray? paths = rule.Object("http")?.Array("paths");
        if (rule.Object("http") is not null && paths is not { Count: > 0 })
            errors.Required($"{at}.http.paths");
        for (int i = 0; i < (paths?.Count ?? 0); i++)
        {
            if (paths![i] is JsonObject path)
                ValidatePath(path, $"{at}.http.paths[{i}]", errors);
        }
    }

    private static void ValidatePath(JsonObject path, string at, FieldErrors errors)
    {
        string type = path.String("pathType") ?? "", text = path.String("path") ?? "";
        if (type.Length == 0)
            errors.Required($"{at}.pathType", "pathType must be specified");
        else if (!PathTypes.Contains(type))
            errors.NotSupported($"{at}.pathType", type, PathTypes);
        if (type is "Exact" or "Prefix" && !text.StartsWith('/'))
            errors.Invalid($"{at}.path", text, "must be an absolute path");
        ValidateBackend(path.Object("backend") ?? [], $"{at}.backend", errors);
    }

    private static void ValidateBackend(JsonObject? backend, string at, FieldErrors errors)
    {
        if (backend is null || backend.Object("resource") is not null)
            return;
        JsonObject? service = backend.Object("service");
        string name = service?.String("name") ?? "";
        if (name.Length == 0)
            errors.Required($"{at}.service.name");
        foreach (string complaint in name.Length == 0 ? [] : NameRules.Dns1035Label(name))
            errors.Invalid($"{at}.service.name", name, complaint);
        JsonObject? port = service?.Object("port");
        bool hasName = !string.IsNullOrEmpty(port?.String("name")), hasNumber = port?.Integer("number") is > 0;
        if (!hasName && !hasNumber)
            errors.Required($"{at}.service", "port name or number is required");
        else if (hasName && hasNumber)
            errors.Invalid($"{at}.service.port.name", port!.String("name"), "cannot set both port name & port number");
    }
}
