// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Reviews;

/// <summary>What is wrong with the spec of an access review (upstream pkg/apis/authorization/validation).</summary>
internal static class AccessReviewRules
{
    public static List<StatusCause> Validate(JsonObject spec, AccessReviewScope scope, string ns)
    {
        var causes = new List<StatusCause>();
        JsonObject? resource = spec.Object("resourceAttributes");
        JsonObject? path = spec.Object("nonResourceAttributes");
        if (resource is not null && path is not null)
            causes.Add(Invalid("spec.nonResourceAttributes", PathText(path), "cannot be specified in combination with resourceAttributes"));
        if (resource is null && path is null)
            causes.Add(Invalid("spec.resourceAttributes", "\"null\"", "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        if (scope != AccessReviewScope.Self && string.IsNullOrEmpty(spec.String("user")) && (spec.Array("groups")?.Count ?? 0) == 0)
            causes.Add(Invalid("spec.user", "\"\"", "at least one of user or group must be specified"));
        if (scope == AccessReviewScope.Local && (resource?.String("namespace") ?? "") != ns)
            causes.Add(Invalid("spec.resourceAttributes.namespace", GoText.Quote(resource?.String("namespace") ?? ""), "must match metadata.namespace"));
        if (scope == AccessReviewScope.Local && path is not null)
            causes.Add(Invalid("spec.nonResourceAttributes", PathText(path), "disallowed on this kind of request"));
        return causes;
    }

    /// <summary>The struct as Go prints it.</summary>
    private static string PathText(JsonObject path) =>
        $"authorization.NonResourceAttributes{{Path:{GoText.Quote(path.String("path") ?? "")}, Verb:{GoText.Quote(path.String("verb") ?? "")}}}";

    private static StatusCause Invalid(string field, string value, string detail) => new("FieldValueInvalid", $"Invalid value: {value}: {detail}", field);
}
