// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>The field selector of a list of runs as a query. Beside fields there are <c>search</c>, a part of NAMESPACE/POD.CONTAINER, and <c>since</c> and <c>until</c>.</summary>
internal static class RunSelector
{
    private const string Known =
        "metadata.name, spec.pod, spec.podUID, spec.container, spec.owner, spec.node, status.outcome, status.reason, status.exitCode, status.pinned, search, since, until";

    public static RunQuery Read(string? selector, string ns, out string name)
    {
        if (!FieldSelector.TryParse(selector, out FieldSelector? parsed, out string? error))
            throw new ApiStatusException(ApiStatus.BadRequest(error));
        name = "";
        var query = new RunQuery { Namespace = ns };
        foreach (FieldTerm term in parsed.Terms)
        {
            if (term.Negated)
                throw Refused($"fieldSelector: {term.Field}!= is not served, only {term.Field}=");
            if (term.Field == "metadata.name")
                name = term.Value;
            else if (term.Field != "metadata.namespace")
                query = With(query, term);
            else if (ns.Length > 0 && ns != term.Value)
                throw Refused($"fieldSelector: metadata.namespace={term.Value} is not the namespace of the path, {ns}");
            else
                query = query with { Namespace = term.Value };
        }

        return query;
    }

    private static RunQuery With(RunQuery query, FieldTerm term) => term.Field switch
    {
        "spec.pod" => query with { Pod = term.Value },
        "spec.podUID" => query with { PodUid = term.Value },
        "spec.container" => query with { Container = term.Value },
        "spec.owner" => query with { Owner = term.Value },
        "spec.node" => query with { Node = term.Value },
        "status.reason" => query with { Reason = term.Value },
        "status.outcome" when term.Value is RunDocument.Failed or RunDocument.Succeeded => query with { Failed = term.Value == RunDocument.Failed },
        "status.outcome" => throw Refused($"fieldSelector: status.outcome is {RunDocument.Succeeded} or {RunDocument.Failed}, and not \"{term.Value}\""),
        "status.exitCode" => query with
        {
            ExitCode = int.TryParse(term.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code) ? code : throw Refused($"fieldSelector: status.exitCode: \"{term.Value}\" is no number"),
        },
        "status.pinned" when term.Value == "true" => query with { PinnedOnly = true },
        "status.pinned" => throw Refused($"fieldSelector: status.pinned can only be true, and not \"{term.Value}\""),
        "search" => query with { Contains = term.Value },
        "since" => query with { Since = Time(term) },
        "until" => query with { Until = Time(term) },
        _ => throw Refused($"field label not supported: {term.Field}; there are: {Known}"),
    };

    private static DateTimeOffset Time(FieldTerm term) =>
        MetaTime.TryParse(term.Value, out DateTimeOffset time) ? time : throw Refused($"fieldSelector: {term.Field}: \"{term.Value}\" is not a time of RFC 3339");

    private static ApiStatusException Refused(string message) => new(ApiStatus.BadRequest(message));
}
