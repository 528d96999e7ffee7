// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Dns.Messages;

/// <summary>A domain name as its labels, the leftmost first. Equal whatever the case (RFC 1035 2.3.3); the case is kept for echoing.</summary>
internal sealed class DnsName : IEquatable<DnsName>
{
    public const int MaxLabel = 63;

    /// <summary>On the wire, with length bytes and the root.</summary>
    public const int MaxLength = 255;

    public static readonly DnsName Root = new([]);

    public DnsName(IReadOnlyList<string> labels) => Labels = labels;

    /// <summary>Each label holds one char per byte.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>False for empty or long labels and names that are too long.</summary>
    public bool IsValid => Labels.Sum(label => label.Length + 1) + 1 <= MaxLength
        && Labels.All(label => label.Length is > 0 and <= MaxLabel && label.All(c => c < 256));

    /// <summary>A dotted name, with or without the last dot; no escapes.</summary>
    public static DnsName Of(string dotted) => dotted.Length is 0 || dotted == "." ? Root : new DnsName(dotted.TrimEnd('.').Split('.'));

    public bool IsUnder(DnsName zone) => Labels.Count >= zone.Labels.Count && Last(zone.Labels.Count).Equals(zone);

    /// <summary>What comes before a zone's labels.</summary>
    public IReadOnlyList<string> Above(DnsName zone) => [.. Labels.Take(Labels.Count - zone.Labels.Count)];

    public DnsName Last(int labels) => labels == Labels.Count ? this : new DnsName([.. Labels.Skip(Labels.Count - labels)]);

    public DnsName Prepend(params ReadOnlySpan<string> labels) => new([.. labels, .. Labels]);

    public bool Equals(DnsName? other) => other is not null && Labels.SequenceEqual(other.Labels, StringComparer.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (string label in Labels)
            hash.Add(label, StringComparer.OrdinalIgnoreCase);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Join('.', Labels) + ".";
}
