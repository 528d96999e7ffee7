// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Diagnostics;
using Pelago.Cli.Local;

namespace Pelago.Cli.Bench;

/// <summary><c>pelago bench</c>: hands its words to the measuring program, which is not part of what users install.</summary>
internal static class BenchCommand
{
    public static Command Build()
    {
        var words = new Argument<string[]>("what") { Description = "store | api | pods | ports | launch | history | operate, and their options", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("bench", "Measure, beside a peer in the same run").WithExamples("""
            pelago bench store -o json
            pelago bench ports -o json                     sets of ports, beside older algorithms
            pelago bench api -o json
            pelago bench api --peer ~/.kube/config -o json
            pelago bench pods --peer ~/.kube/config        starts of containers, beside a kubelet's
            pelago bench launch --pods 50000 --nodes 1000 --workloads 4 -o json
            pelago bench history --runs 1000000 -o json    finished work, beside one plain table
            pelago bench operate --only tail -o json       the verbs of tasks: tail, grep, files, runs, dcsh, ps
            """);
        // Said here, for the measuring program may not be there yet.
        command.Validators.Add(result =>
        {
            if (result.GetValue(words) is not { Length: > 0 })
                result.AddError("what to measure is missing: store, api, pods, ports, launch, history or operate");
        });
        command.Arguments.Add(words);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancel) => RunAsync([.. parsed.GetValue(words) ?? [], .. parsed.UnmatchedTokens], cancel));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancel)
    {
        using Process process = Process.Start(new ProcessStartInfo(DaemonProgram.Find("pelago-bench", "PELAGO_BENCH"), words))
            ?? throw new CliException("could not start pelago-bench");
        await process.WaitForExitAsync(cancel);
        return process.ExitCode;
    }
}
