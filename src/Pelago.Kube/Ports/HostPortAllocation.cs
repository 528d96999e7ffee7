// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Kube;

/// <summary>The ports that an entry of <see cref="HostPortRequests"/> got.</summary>
public sealed record HostPortGrant(string Name, PortRanges Ports);

/// <summary>
/// The ports of its node that a pod was given, written together with the binding: <c>http=31005, data=31010-31012</c>; ports that are no
/// neighbours are joined by a plus sign: <c>data=31005+31010</c>. Immutable; two of the same text are equal.
/// </summary>
public sealed class HostPortAllocation : IEquatable<HostPortAllocation>
{
    public const string Annotation = "ports.pelago.dev/host-allocated";

    private const string EntryPrefix = "host.ports.pelago.dev/";
    private const int MaxTextLength = 8192;

    private readonly string _text;

    public HostPortAllocation(IReadOnlyList<HostPortGrant> grants)
    {
        Grants = grants;
        Ports = grants.Aggregate(PortRanges.Empty, (all, grant) => all.Union(grant.Ports));
        _text = string.Join(", ", grants.Select(grant => $"{grant.Name}={grant.Ports.ToString().Trim('[', ']').Replace(", ", "+", StringComparison.Ordinal)}"));
    }

    /// <summary>In the order of the request's entries.</summary>
    public IReadOnlyList<HostPortGrant> Grants { get; }

    /// <summary>All of them.</summary>
    public PortRanges Ports { get; }

    /// <summary>The annotation with an entry's port alone, the first where it has several: <c>host.ports.pelago.dev/http: "31005"</c>.</summary>
    public static string EntryAnnotation(string entry) => EntryPrefix + entry;

    /// <summary>Whether an annotation is one that <see cref="EntryAnnotation"/> names, whatever the entry.</summary>
    public static bool IsEntryAnnotation(string annotation) => annotation.StartsWith(EntryPrefix, StringComparison.Ordinal);

    /// <summary>Reads what <see cref="ToString"/> writes; false for anything else, since others may have written it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostPortAllocation? allocation)
    {
        allocation = null;
        if (text.Length > MaxTextLength)
            return false;
        var grants = new List<HostPortGrant>();
        foreach (string entry in text.Split(','))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || grants.Count == HostPortRequests.MaxEntries
                || !PortRanges.TryParse(entry[(equals + 1)..].Replace('+', ','), out PortRanges? ports, out _) || ports.IsEmpty)
                return false;
            grants.Add(new HostPortGrant(entry[..equals].Trim(), ports));
        }
        allocation = new HostPortAllocation(grants);
        return true;
    }

    public bool Equals(HostPortAllocation? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as HostPortAllocation);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The annotation's text.</summary>
    public override string ToString() => _text;
}
