// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

/// <summary>The built <c>pelago</c>, run as a process: what scripts see.</summary>
internal static class CliProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "pelago");

    public static Task<ProgramResult> RunAsync(string home, params string[] arguments) => ProgramRun.RunAsync(
        Program, arguments, new Dictionary<string, string?> { ["PELAGO_HOME"] = home }, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
}
