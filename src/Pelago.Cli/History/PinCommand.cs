// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary><c>pelago history pin</c>: runs that stay whatever else is dropped.</summary>
internal static class PinCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var names = new Argument<string[]>("run") { Description = "Runs, as 'history query -o name' prints them", Arity = ArgumentArity.OneOrMore };
        var off = new Option<bool>("--off") { Description = "They need not stay any more" };
        var command = new Command("pin", "Keep runs and their logs, however old they get").WithExamples("""
            pelago history pin backup-x1.main.0f3a2c4d5e6f7a8b
            pelago history pin --off backup-x1.main.0f3a2c4d5e6f7a8b
            pelago history query --reason OOMKilled -o name | xargs pelago history pin
            """);
        command.Arguments.Add(names);
        command.Options.Add(off);
        clusters.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            HashSet<string> missing = [.. parsed.GetValue(names)!];
            int code = await EachCluster.RunAsync(clusters, parsed, async (cluster, history) =>
            {
                foreach (string name in parsed.GetValue(names)!.Distinct())
                {
                    PastRun? run = await history.FindAsync("", name, cancel);
                    if (run is null)
                        continue;
                    if (await history.PinAsync(run, !parsed.GetValue(off), cancel) is { } refused)
                        throw new ApiStatusException(refused);
                    missing.Remove(name);
                }

                return ExitCode.Done;
            }, cancel);
            foreach (string name in missing.Order(StringComparer.Ordinal))
                Console.Error.WriteLine($"pelago: there is no finished run {name}");
            return code != ExitCode.Done ? code : missing.Count == 0 ? ExitCode.Done : missing.Count == parsed.GetValue(names)!.Distinct().Count() ? ExitCode.NothingMatched : ExitCode.Failed;
        });
        return command;
    }
}
