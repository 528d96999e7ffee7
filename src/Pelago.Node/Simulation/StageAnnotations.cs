// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Node.Simulation;

/// <summary>Reads a pod's <c>simulation.pelago.dev/…</c> annotations over the stages of its cluster.</summary>
internal static class StageAnnotations
{
    public const string Prefix = "simulation.pelago.dev/";

    /// <param name="ignored">Told of an annotation that says nothing that is understood, and why.</param>
    public static SimulatedStages Apply(SimulatedStages stages, IDictionary<string, string>? annotations, Action<string> ignored)
    {
        foreach ((string key, string value) in annotations ?? new Dictionary<string, string>())
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            if (With(stages, key[Prefix.Length..], value) is { } changed)
                stages = changed;
            else
                ignored($"annotation {key}: \"{value}\" is ignored: known are start-, ready-, run-, crash- and stop-seconds (1.5, or 0.2-3), failure-rate (0 to 1), exit-code and crash-exit-code (0 to 255)");
        }
        return stages;
    }

    private static SimulatedStages? With(SimulatedStages stages, string name, string value) => name switch
    {
        "start-seconds" => SecondsRange.TryParse(value, out SecondsRange time) ? stages with { StartSeconds = time } : null,
        "ready-seconds" => SecondsRange.TryParse(value, out SecondsRange time) ? stages with { ReadySeconds = time } : null,
        "run-seconds" when value == "forever" => stages with { RunSeconds = null },
        "run-seconds" => SecondsRange.TryParse(value, out SecondsRange time) ? stages with { RunSeconds = time } : null,
        "crash-seconds" => SecondsRange.TryParse(value, out SecondsRange time) ? stages with { CrashSeconds = time } : null,
        "stop-seconds" => SecondsRange.TryParse(value, out SecondsRange time) ? stages with { StopSeconds = time } : null,
        "failure-rate" => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate <= 1
            ? stages with { FailureRate = rate }
            : null,
        "exit-code" => byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out byte code) ? stages with { ExitCode = code } : null,
        "crash-exit-code" => byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out byte code) ? stages with { CrashExitCode = code } : null,
        _ => null,
    };
}
