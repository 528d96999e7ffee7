// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.TestKit;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>What <c>./pelago</c> or another program printed and how it ended.</summary>
public sealed record ProgramAnswer(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}

/// <summary><c>./pelago</c> of the repository, aimed at the cluster under test by its kubeconfig.</summary>
public sealed class PelagoProgram(TestCluster cluster)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15); // the first call may build it

    private static string Program => Path.Combine(RepositoryRoot.Path, "pelago");

    public async Task<ProgramAnswer> RunAsync(int code, params string[] arguments)
    {
        ProgramAnswer answer = await TryAsync(Program, arguments);
        Assert.True(answer.ExitCode == code, $"pelago {string.Join(' ', arguments)}: {answer}");
        return answer;
    }

    /// <summary>The same with the cluster's kubeconfig.</summary>
    public Task<ProgramAnswer> OnClusterAsync(int code, params string[] arguments) => RunAsync(code, [.. arguments, "--kubeconfig", cluster.Kubeconfig]);

    /// <summary>The same, however it ends.</summary>
    public Task<ProgramAnswer> TryOnClusterAsync(params string[] arguments) => TryAsync(Program, [.. arguments, "--kubeconfig", cluster.Kubeconfig]);

    public static async Task<ProgramAnswer> TryAsync(string program, params string[] arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new ProgramAnswer(process.ExitCode, await output, await error);
    }
}
