// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Bench;

/// <summary>What all benches take: <c>-o json</c>, how long each rate is measured, how many objects a large store has.</summary>
internal sealed record BenchOptions
{
    public bool Json { get; private init; }
    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(3);
    public int Objects { get; private init; } = 100_000;

    /// <summary>Options that only some benches look at: another API server, one part alone, updates a second, the size of a launch and what runs its pods, of a history, or of what commands about tasks are measured with.</summary>
    private static readonly string[] Named = ["peer", "only", "events", "pods", "nodes", "workloads", "ports", "runtime", "runs", "sources", "clusters"];

    /// <summary>Those of <see cref="Named"/> that were given.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; private init; } = new Dictionary<string, string>();

    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        problem = null;
        var read = new BenchOptions();
        var extra = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "-o" or "--output" when value is "json" or "table":
                    read = read with { Json = value == "json" };
                    break;
                case "--seconds" when double.TryParse(value, out double seconds) && seconds > 0:
                    read = read with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--objects" when int.TryParse(value, out int objects) && objects > 0:
                    read = read with { Objects = objects };
                    break;
                case "-o" or "--output" or "--seconds" or "--objects":
                    problem = $"{args[i]} does not take \"{value}\"";
                    return false;
                case ['-', '-', .. string name] when value.Length > 0 && Named.Contains(name):
                    extra[name] = value;
                    break;
                default:
                    problem = $"unknown option {args[i]}";
                    return false;
            }
        }
        options = read with { Extra = extra };
        return true;
    }
}
