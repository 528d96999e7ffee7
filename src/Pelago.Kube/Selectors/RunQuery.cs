// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Which finished runs are wanted (history.pelago.dev); what is empty or null does not matter.</summary>
public sealed record RunQuery
{
    /// <summary>More than so many are never on one page.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>Empty: all namespaces.</summary>
    public string Namespace { get; init; } = "";
    public string Pod { get; init; } = "";
    public string PodUid { get; init; } = "";
    public string Container { get; init; } = "";
    public string Node { get; init; } = "";

    /// <summary><c>Job/backup</c>, <c>backup</c> of any kind, or a beginning: <c>Job/backup*</c>.</summary>
    public string Owner { get; init; } = "";
    public string Reason { get; init; } = "";

    /// <summary>True: only those that failed; false: only those that did not.</summary>
    public bool? Failed { get; init; }
    public int? ExitCode { get; init; }
    public bool PinnedOnly { get; init; }

    /// <summary>A part of <c>NAMESPACE/POD.CONTAINER</c>.</summary>
    public string Contains { get; init; } = "";

    /// <summary>Bounds of when a run ended: from, and before.</summary>
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }

    /// <summary>How many a page has at most.</summary>
    public int Limit { get; init; } = 500;

    /// <summary>Of an earlier page; empty: the newest runs.</summary>
    public string Continue { get; init; } = "";

    /// <summary>The field selector that says the same, but for the namespace and the page.</summary>
    public string ToFieldSelector()
    {
        var terms = new List<FieldTerm>();
        Add("spec.pod", Pod);
        Add("spec.podUID", PodUid);
        Add("spec.container", Container);
        Add("spec.node", Node);
        Add("spec.owner", Owner);
        Add("status.reason", Reason);
        Add("status.outcome", Failed switch { true => "Failed", false => "Succeeded", null => "" });
        Add("status.exitCode", ExitCode?.ToString() ?? "");
        Add("status.pinned", PinnedOnly ? "true" : "");
        Add("search", Contains);
        Add("since", Since is { } since ? MetaTime.FormatMicro(since) : "");
        Add("until", Until is { } until ? MetaTime.FormatMicro(until) : "");
        return string.Join(',', terms);

        void Add(string field, string value)
        {
            if (value.Length > 0)
                terms.Add(new FieldTerm(field, false, value));
        }
    }
}
