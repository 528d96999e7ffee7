// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Engine.Strategies;
using Pelago.Kube;

namespace Pelago.Engine.Aggregation;

/// <summary>APIServices: named by what they serve; local ones are available from the start (upstream kube-aggregator pkg/registry/apiservice).</summary>
internal sealed class ApiServiceStrategy : ResourceStrategy
{
    private const int HighestGroupPriority = 20000;
    private const int HighestVersionPriority = 1000;

    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        if (created.Spec?["service"] is not null)
            return;
        created.Json["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["lastTransitionTime"] = context.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["message"] = AvailabilityProbe.Local.Message,
                ["reason"] = AvailabilityProbe.Local.Reason,
                ["status"] = "True",
                ["type"] = "Available",
            }),
        };
    }

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        JsonObject spec = subject.Spec ?? [];
        string group = spec.String("group") ?? "", version = spec.String("version") ?? "";
        string name = $"{version}.{group}";
        if (subject.Name != name)
            errors.Invalid("metadata.name", subject.Name, $"must be `spec.version+\".\"+spec.group`: {GoText.Quote(name)}");
        if (version.Length == 0)
            errors.Required("spec.version");
        CheckRange("spec.groupPriorityMinimum", spec.Integer("groupPriorityMinimum") ?? 0, HighestGroupPriority, errors);
        CheckRange("spec.versionPriority", spec.Integer("versionPriority") ?? 0, HighestVersionPriority, errors);
        if (spec.Object("service") is { } service)
            CheckRemote(spec, service, errors);
        else
            CheckLocal(spec, errors);
    }

    private static void CheckLocal(JsonObject spec, FieldErrors errors)
    {
        if (spec.String("caBundle") is { Length: > 0 } bundle)
            errors.Invalid("spec.caBundle", $"{bundle.Length} bytes", "local APIServices may not have a caBundle");
        if (spec.Boolean("insecureSkipTLSVerify") == true)
            errors.Invalid("spec.insecureSkipTLSVerify", value: true, "local APIServices may not have insecureSkipTLSVerify");
    }

    private static void CheckRemote(JsonObject spec, JsonObject service, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(service.String("namespace")))
            errors.Required("spec.service.namespace");
        if (string.IsNullOrEmpty(service.String("name")))
            errors.Required("spec.service.name");
        if (service.Integer("port") is { } port and (< 1 or > 65535))
            errors.Invalid("spec.service.port", port, "port is not valid: must be between 1 and 65535, inclusive");
        if (spec.Boolean("insecureSkipTLSVerify") == true && spec.String("caBundle") is { Length: > 0 })
            errors.Invalid("spec.insecureSkipTLSVerify", value: true, "may not be true if caBundle is present");
    }

    private static void CheckRange(string field, long value, int most, FieldErrors errors)
    {
        if (value < 1 || value > most)
            errors.Invalid(field, value, $"must be positive and less than {most}");
    }
}
