// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>What stands together in the picture.</summary>
internal enum Grouping
{
    Node,
    Workload,
    Namespace,
}

/// <summary>Which group a pod belongs to.</summary>
internal static class Groupings
{
    /// <summary>The characters after the last dash of a name that was made up for a pod.</summary>
    private const int SuffixLength = 5;

    /// <summary>Of a ReplicaSet's hash: 32 bits in decimal, spelled in the alphabet of such names.</summary>
    private const int ShortestHash = 6;
    private const int LongestNumber = 10;
    private static readonly SearchValues<char> Hashes = SearchValues.Create(GeneratedName.SafeEncode("0123456789"));
    private static readonly SearchValues<char> Suffixes = SearchValues.Create(GeneratedName.Alphabet);

    public static string NameOf(Grouping grouping, ShownPod pod)
    {
        string name = grouping switch
        {
            Grouping.Node => pod.Node.Length > 0 ? pod.Node : "(no node)",
            Grouping.Namespace => pod.Key[..pod.Key.IndexOf('/', StringComparison.Ordinal)],
            _ => WorkloadOf(pod.Key),
        };
        return pod.Cluster.Length > 0 ? $"{pod.Cluster} {name}" : name;
    }

    /// <summary>
    /// What made the pod, as far as its name tells: <c>ns/web-6f9b7c5d48-x2x9p</c> is of <c>ns/web</c>, <c>ns/db-0</c> of <c>ns/db</c>. Cells carry
    /// no owners, and a name of a person's choice that looks made up is taken for one.
    /// </summary>
    public static string WorkloadOf(string key)
    {
        string? rest = CutLast(key, out ReadOnlySpan<char> last);
        if (rest is null)
            return key;
        if (last.Length == SuffixLength && !last.ContainsAnyExcept(Suffixes))
        {
            // A Deployment's pods have the hash of their ReplicaSet, those of a CronJob its time, those of an indexed Job their number.
            string? owner = CutLast(rest, out ReadOnlySpan<char> before);
            return owner is not null && (IsNumber(before) || IsHash(before)) ? owner : rest;
        }

        return IsNumber(last) ? rest : key;
    }

    /// <summary>What stands before the last dash of the name, and after it; null when there is nothing before it.</summary>
    private static string? CutLast(string key, out ReadOnlySpan<char> last)
    {
        int dash = key.LastIndexOf('-');
        last = key.AsSpan(dash + 1);
        return dash > key.IndexOf('/', StringComparison.Ordinal) + 1 ? key[..dash] : null;
    }

    private static bool IsHash(ReadOnlySpan<char> text) => text.Length is >= ShortestHash and <= LongestNumber && !text.ContainsAnyExcept(Hashes);

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is > 0 and <= LongestNumber && !text.ContainsAnyExceptInRange('0', '9');
}
