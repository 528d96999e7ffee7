// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>
/// The spec of a CustomResourceDefinition (apiextensions pkg/apis/apiextensions/validation/validation.go). Upstream lifts what all versions have
/// alike (with one version: everything) to the spec, and its field paths say so: <c>spec.validation</c>, not <c>spec.versions[0].schema</c>.
/// </summary>
internal sealed class DefinitionRules(KubeObject definition, List<StatusCause> causes)
{
    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    private readonly JsonObject _spec = definition.Spec ?? [];
    private readonly IReadOnlyList<JsonObject> _versions = DefinitionReading.Versions(definition);

    public void Check()
    {
        CheckGroup();
        CheckApproval();
        CheckVersionList();
        CheckSchemas();
        for (int i = 0; i < _versions.Count; i++)
            CheckVersion(_versions[i], i);
        new NameRulesOfDefinition(causes).CheckRequired(DefinitionReading.Names(definition));
        CheckConversion();
        if (_spec.Boolean("preserveUnknownFields") == true)
            causes.Add(FieldCause.Invalid("spec.preserveUnknownFields", true,
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"));
    }

    private void CheckGroup()
    {
        string group = _spec.String("group") ?? "";
        if (group.Length == 0)
            return;
        if (NameRules.Dns1123Subdomain(group) is { Count: > 0 } complaints)
            causes.Add(FieldCause.Invalid("spec.group", group, string.Join(",", complaints)));
        else if (!group.Contains('.', StringComparison.Ordinal))
            causes.Add(FieldCause.Invalid("spec.group", group, "should be a domain with at least one dot"));
    }

    /// <summary>The community's groups are for definitions that it approved, or that say they are not.</summary>
    private void CheckApproval()
    {
        string group = _spec.String("group") ?? "";
        bool isProtected = group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal)
            || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);
        if (!isProtected)
            return;
        const string path = "metadata.annotations[api-approved.kubernetes.io]";
        const string see = "see https://github.com/kubernetes/enhancements/pull/1111";
        string? approval = definition.Annotations?.String("api-approved.kubernetes.io");
        if (string.IsNullOrEmpty(approval))
            causes.Add(FieldCause.Required(path, $"protected groups must have approval annotation \"api-approved.kubernetes.io\", {see}"));
        else if (!approval.StartsWith("unapproved", StringComparison.Ordinal) && !Uri.TryCreate(approval, UriKind.Absolute, out _))
            causes.Add(FieldCause.Invalid(path, approval,
                $"protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a URL or a reason starting with \"unapproved\", {see}"));
    }

    private void CheckVersionList()
    {
        string[] names = [.. _versions.Select(version => version.String("name") ?? "")];
        for (int i = 0; i < names.Length; i++)
        {
            if (NameRules.Dns1035Label(names[i]) is not { Count: > 0 } complaints)
                continue;
            causes.Add(FieldCause.Invalid($"spec.versions[{i}].name", names[i], string.Join(",", complaints)));
            if (i == 0)
                causes.Add(FieldCause.Invalid("spec.version", names[i], string.Join(",", complaints)));
        }
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length)
            causes.Add(FieldCause.Invalid("spec.versions", _spec["versions"], "must contain unique version names"));
        if (_versions.Count(version => version.Boolean("storage") == true) != 1)
            causes.Add(FieldCause.Invalid("spec.versions", _spec["versions"], "must have exactly one version marked as storage version"));
    }

    private void CheckSchemas()
    {
        for (int i = 0; i < _versions.Count; i++)
        {
            if (DefinitionReading.Schema(_versions[i]) is null)
                causes.Add(FieldCause.Required($"spec.versions[{i}].schema.openAPIV3Schema", "schemas are required"));
        }
        bool lifted = AllAlike("schema");
        for (int i = 0; i < (lifted ? 1 : _versions.Count); i++)
        {
            if (DefinitionReading.Schema(_versions[i]) is not { } schema)
                continue;
            bool hasStatus = lifted ? _versions.Any(HasStatus) : HasStatus(_versions[i]);
            SchemaRules.Check(schema, lifted ? "spec.validation" : $"spec.versions[{i}].schema", hasStatus, causes);
        }
    }

    private void CheckVersion(JsonObject version, int index)
    {
        string path = $"spec.versions[{index}]";
        CheckDeprecation(version, path);
        bool liftedScale = AllAlike("subresources"), liftedColumns = AllAlike("additionalPrinterColumns");
        if (version.Object("subresources")?.Object("scale") is { } scale && (!liftedScale || index == 0))
            CheckScale(scale, liftedScale ? "spec.subresources.scale" : $"{path}.subresources.scale");
        JsonArray columns = version.Array("additionalPrinterColumns") ?? [];
        for (int i = 0; i < columns.Count && (!liftedColumns || index == 0); i++)
        {
            if (columns[i] is JsonObject column)
                CheckColumn(column, liftedColumns ? $"spec.additionalPrinterColumns[{i}]" : $"{path}.additionalPrinterColumns[{i}]");
        }
        SelectableFieldRules.Check(version, $"{path}.selectableFields", causes);
    }

    private void CheckDeprecation(JsonObject version, string path)
    {
        if (version.String("deprecationWarning") is not { } warning)
            return;
        string at = $"{path}.deprecationWarning";
        if (version.Boolean("deprecated") != true)
            causes.Add(FieldCause.Invalid(at, warning, "can only be set for deprecated versions"));
        else if (warning.Length > 256)
            causes.Add(FieldCause.Invalid(at, warning, "must be <= 256 characters long"));
        else if (warning.Length == 0)
            causes.Add(FieldCause.Invalid(at, warning, "must not be an empty string"));
        else if (warning.Any(char.IsControl))
            causes.Add(FieldCause.Invalid(at, warning, string.Create(CultureInfo.InvariantCulture,
                $"must only contain printable UTF-8 characters; non-printable character found at index {warning.TakeWhile(c => !char.IsControl(c)).Count()}")));
    }

    private void CheckScale(JsonObject scale, string path)
    {
        CheckPath(scale.String("specReplicasPath"), $"{path}.specReplicasPath", [".spec."], "should be a json path under .spec");
        CheckPath(scale.String("statusReplicasPath"), $"{path}.statusReplicasPath", [".status."], "should be a json path under .status");
        if (scale.String("labelSelectorPath") is { Length: > 0 } selector)
            CheckPath(selector, $"{path}.labelSelectorPath", [".spec.", ".status."], "should be a json path under either .spec or .status");
    }

    private void CheckPath(string? jsonPath, string path, string[] prefixes, string detail)
    {
        if (string.IsNullOrEmpty(jsonPath))
            return; // a required field: the schema says so
        if (jsonPath[0] != '.')
            causes.Add(FieldCause.Invalid(path, jsonPath, "must be a simple json path starting with ."));
        else if (!Array.Exists(prefixes, prefix => jsonPath.StartsWith(prefix, StringComparison.Ordinal)))
            causes.Add(FieldCause.Invalid(path, jsonPath, detail));
    }

    private void CheckColumn(JsonObject column, string path)
    {
        string type = column.String("type") ?? "", format = column.String("format") ?? "", jsonPath = column.String("jsonPath") ?? "";
        if (type.Length > 0 && !ColumnTypes.Contains(type))
            causes.Add(FieldCause.Invalid($"{path}.type", type, $"must be one of {string.Join(",", ColumnTypes)}"));
        if (format.Length > 0 && !ColumnFormats.Contains(format))
            causes.Add(FieldCause.Invalid($"{path}.format", format, $"must be one of {string.Join(",", ColumnFormats)}"));
        if (jsonPath.Length > 0 && jsonPath[0] != '.')
            causes.Add(FieldCause.Invalid($"{path}.JSONPath", jsonPath, "must be a simple json path starting with ."));
    }

    private void CheckConversion()
    {
        if (_spec.Object("conversion") is not { } conversion)
            return;
        string strategy = conversion.String("strategy") ?? "";
        JsonObject? webhook = conversion.Object("webhook");
        if (strategy is not ("None" or "Webhook" or ""))
            causes.Add(FieldCause.NotSupported("spec.conversion.strategy", strategy, ["None", "Webhook"]));
        else if (strategy == "Webhook")
            CheckWebhook(webhook);
        if (strategy == "Webhook" || webhook is null)
            return;
        causes.Add(FieldCause.Forbidden("spec.conversion.webhookClientConfig", "should not be set when strategy is not set to Webhook"));
        if (webhook.Array("conversionReviewVersions") is { Count: > 0 })
            causes.Add(FieldCause.Forbidden("spec.conversion.conversionReviewVersions", "should not be set when strategy is not set to Webhook"));
    }

    private void CheckWebhook(JsonObject? webhook)
    {
        const string path = "spec.conversion.webhookClientConfig";
        if (webhook?.Object("clientConfig") is not { } client)
            causes.Add(FieldCause.Required(path, "required when strategy is set to Webhook"));
        else if (client.ContainsKey("url") == client.ContainsKey("service"))
            causes.Add(FieldCause.Required(path, "exactly one of url or service is required"));
        if (webhook?.Array("conversionReviewVersions") is not { Count: > 0 })
            causes.Add(FieldCause.Required("spec.conversion.conversionReviewVersions"));
    }

    private static bool HasStatus(JsonObject version) => version.Object("subresources")?.ContainsKey("status") == true;

    private bool AllAlike(string field)
    {
        JsonNode? first = _versions.Count == 0 ? null : _versions[0][field];
        return first is not null && _versions.All(version => JsonNode.DeepEquals(version[field], first));
    }
}
