// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Kube;

/// <summary>
/// The ports of its node that a pod asks for, by the annotation <c>ports.pelago.dev/host: "http=auto, admin=31000-31999, data=3@auto-contiguous"</c>.
/// The scheduler chooses them together with the node and says which by <see cref="HostPortAllocation.Annotation"/>.
/// </summary>
public sealed class HostPortRequests
{
    public const string Annotation = "ports.pelago.dev/host";

    /// <summary>Entries that one pod may have.</summary>
    public const int MaxEntries = 32;

    /// <summary>Ports that one pod may ask for, all entries together.</summary>
    public const int MaxPorts = 256;

    private const int MaxTextLength = 4096;

    private readonly HostPortRequest[] _hardestFirst;

    private HostPortRequests(HostPortRequest[] entries)
    {
        Entries = entries;
        Count = entries.Sum(entry => entry.Count);
        IsAnywhere = Array.TrueForAll(entries, entry => entry is { Within: null, Contiguous: false });
        // Who has least choice chooses first: those that are bound to a range, the narrower the earlier; then the longest runs, then the rest.
        _hardestFirst =
        [
            .. entries.Where(entry => entry.Within is not null).OrderBy(entry => entry.Within!.Value.Count - entry.Count)
                .ThenBy(entry => entry.Within!.Value.Last),
            .. entries.Where(entry => entry is { Within: null, Contiguous: true }).OrderByDescending(entry => entry.Count),
            .. entries.Where(entry => entry is { Within: null, Contiguous: false }),
        ];
    }

    /// <summary>As they were written; names are unique.</summary>
    public IReadOnlyList<HostPortRequest> Entries { get; }

    /// <summary>How many ports all entries ask for.</summary>
    public int Count { get; }

    /// <summary>Any free ports will do, so that whether they fit is a matter of how many are free.</summary>
    public bool IsAnywhere { get; }

    /// <summary><paramref name="error"/> names the entry that is wrong and says what is allowed.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostPortRequests? requests, [NotNullWhen(false)] out string? error)
    {
        requests = null;
        if (text.Length > MaxTextLength)
        {
            error = $"may have at most {MaxTextLength} characters, has {text.Length}";
            return false;
        }
        var entries = new List<HostPortRequest>();
        foreach (Range part in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> entry = text.AsSpan(part).Trim();
            if (!HostPortRequest.TryParse(entry, out HostPortRequest? read, out string? problem))
            {
                error = $"entry \"{(entry.Length > 60 ? $"{entry[..60]}…" : entry)}\" cannot be used: {problem}. Allowed is {HostPortRequest.Allowed}";
                return false;
            }
            if (entries.Exists(other => other.Name == read.Name))
            {
                error = $"entry \"{entry}\" cannot be used: there is another one of the name {read.Name}, and names must differ";
                return false;
            }
            entries.Add(read);
        }
        if (entries.Count > MaxEntries || entries.Sum(entry => entry.Count) > MaxPorts)
        {
            error = $"asks for {entries.Sum(entry => entry.Count)} ports in {entries.Count} entries; allowed are {MaxPorts} ports in {MaxEntries} entries";
            return false;
        }
        requests = new HostPortRequests([.. entries]);
        error = null;
        return true;
    }

    /// <summary>Takes ports for every entry out of the free ones; false when there are not enough, and then some may have been taken: work on a copy.</summary>
    public bool TryTake(PortSet free, [NotNullWhen(true)] out HostPortAllocation? allocation)
    {
        allocation = null;
        var chosen = new Dictionary<string, PortRanges>(StringComparer.Ordinal);
        foreach (HostPortRequest entry in _hardestFirst)
        {
            if (Take(free, entry) is not { } ports)
                return false;
            chosen[entry.Name] = ports;
        }
        allocation = new HostPortAllocation([.. Entries.Select(entry => new HostPortGrant(entry.Name, chosen[entry.Name]))]);
        return true;
    }

    private static PortRanges? Take(PortSet free, HostPortRequest entry)
    {
        if (entry.Contiguous)
        {
            if (entry.Within is null)
                return free.TryTakeRun(entry.Count, out PortRange run) ? PortRanges.Of(run) : null;
            return TakeRunWithin(free, entry.Count, entry.Within.Value);
        }
        var taken = new PortRange[entry.Count];
        foreach (ref PortRange place in taken.AsSpan())
        {
            if (!free.TryTake(entry.Within ?? free.Window, out int port))
                return null;
            place = new PortRange(port, port);
        }
        return PortRanges.Of(taken);
    }

    private static PortRanges? TakeRunWithin(PortSet free, int count, PortRange within)
    {
        foreach (PortRange run in free.ToRanges().Ranges)
        {
            int first = Math.Max(run.First, within.First);
            if (Math.Min(run.Last, within.Last) - first + 1 < count)
                continue;
            var taken = new PortRange(first, first + count - 1);
            free.Remove(taken);
            return PortRanges.Of(taken);
        }
        return null;
    }
}
