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
        ReadOnlySpan<char> rest = key;
        ReadOnlySpan<char> name = rest[(rest.IndexOf('/') + 1)..];
        int dash = name.LastIndexOf('-');
        if (dash <= 0)
            return key;
        ReadOnlySpan<char> last = name[(dash + 1)..];
        if (IsNumber(last))
            return rest[..^(last.Length + 1)].ToString();
        if (last.Length != SuffixLength || !IsMadeUp(last))
            return key;
        rest = rest[..^(last.Length + 1)];
        name = name[..dash];
        dash = name.LastIndexOf('-');
        ReadOnlySpan<char> hash = name[(dash + 1)..];
        // A Deployment's pods have the hash of their ReplicaSet, those of a CronJob its time, those of an indexed Job their number.
        bool isPart = dash > 0 && (IsNumber(hash) || hash.Length is >= ShortestHash and <= LongestNumber && !hash.ContainsAnyExcept(Hashes));
        return (isPart ? rest[..^(hash.Length + 1)] : rest).ToString();
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is > 0 and <= LongestNumber && !text.ContainsAnyExceptInRange('0', '9');

    private static bool IsMadeUp(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Suffixes);
}
