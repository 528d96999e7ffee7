// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

/// <summary>A home of a test's own; whatever was started in it ends with the test.</summary>
public sealed class LocalHome : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Root => _directory["home"];

    /// <summary>Beside the home, for files of the test.</summary>
    public string Beside(string name) => _directory[name];

    public PelagoHome Places => new(Root);

    public Task<ProgramResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(Root, arguments);

    /// <summary>Runs what must succeed, and reads its JSON.</summary>
    public async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        ProgramResult result = await RunAsync([.. arguments, "-o", "json"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonNode.Parse(result.Output)!;
    }

    /// <summary>Clusters of processes unless the arguments, or PELAGO_TEST_RUNTIME, name another runtime.</summary>
    public Task<JsonNode> UpAsync(params string[] arguments) =>
        JsonAsync(["up", "--detach", "--port", "0", .. arguments.Contains("--runtime") ? (string[])[] : ["--runtime", Runtime], .. arguments]);

    public static string Runtime => Environment.GetEnvironmentVariable("PELAGO_TEST_RUNTIME") ?? "process";

    public async ValueTask DisposeAsync()
    {
        if (Places.ReadHolder() is not null || File.Exists(Places.DaemonFile))
            await CliProcess.RunAsync(Root, "down");
        _directory.Dispose();
    }
}
