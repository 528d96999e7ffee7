// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Bench.Operate;

/// <summary>The verbs of tasks as a user runs them: the built <c>pelago</c> as a process against a <c>pelagod</c> of the bench's own. <c>--only PART</c> runs one part.</summary>
internal static class OperateBench
{
    private static readonly Dictionary<string, Func<Report, BenchOptions, CancellationToken, Task>> Parts = new(StringComparer.Ordinal)
    {
        ["tail"] = TailPart.RunAsync,
        ["grep"] = GrepPart.RunAsync,
        ["files"] = FilesPart.RunAsync,
        ["runs"] = ShortRunsPart.RunAsync,
        ["dcsh"] = ScriptPart.RunAsync,
        ["ps"] = TaskListPart.RunAsync,
    };

    public static async Task<Report> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        string[] chosen = options.Extra.TryGetValue("only", out string? only) ? only.Split(',') : [.. Parts.Keys];
        if (chosen.FirstOrDefault(part => !Parts.ContainsKey(part)) is { } unknown)
            throw new InvalidOperationException($"--only {unknown}: the parts are {string.Join(", ", Parts.Keys)}");
        var report = new Report("operate");
        foreach (string part in chosen)
            await Parts[part](report, options, cancel);
        return report;
    }

    /// <summary>A number among the options of a bench, or what is usual.</summary>
    public static int Number(BenchOptions options, string name, int usual) =>
        options.Extra.TryGetValue(name, out string? text) && int.TryParse(text, out int number) && number > 0 ? number : usual;
}
