// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>What a kubectl printed and how it ended.</summary>
public sealed record KubectlResult(string Command, int ExitCode, string Output, string Error)
{
    public override string ToString() => $"$ kubectl {Command}\nexit {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}

/// <summary>One kubectl release aimed at the cluster under test, with a discovery cache of its own.</summary>
public sealed class Kubectl(TestCluster cluster, string version, string? ns = null, string? kubeconfig = null)
{
    private static readonly string CacheRoot = Directory.CreateTempSubdirectory("pelago-kubectl-").FullName;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(200);

    public string Namespace => ns ?? "default";

    /// <summary>Runs to the end and expects success.</summary>
    public async Task<KubectlResult> RunAsync(params string[] arguments)
    {
        KubectlResult result = await TryAsync(null, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    /// <summary>Runs to the end with <paramref name="input"/> on stdin and expects success.</summary>
    public async Task<KubectlResult> PipeAsync(string input, params string[] arguments)
    {
        KubectlResult result = await TryAsync(input, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    /// <summary>Runs to the end, whatever that is.</summary>
    public async Task<KubectlResult> TryAsync(string? input, params string[] arguments)
    {
        using Process process = Start(arguments, input is not null);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            if (input is not null)
            {
                try
                {
                    await process.StandardInput.WriteAsync(input.AsMemory(), timeout.Token);
                    process.StandardInput.Close();
                }
                catch (IOException)
                {
                    // It has ended without reading all of it.
                }
            }

            await process.WaitForExitAsync(timeout.Token);
            return new KubectlResult(string.Join(' ', arguments), process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} did not end within {Limit.TotalSeconds:F0} s", e);
        }
    }

    /// <summary>The same cluster with a bearer token instead of the administrator's certificate.</summary>
    public async Task<Kubectl> WithTokenAsync(string token)
    {
        JsonNode config = JsonNode.Parse((await RunAsync("config", "view", "--raw", "--flatten", "--minify", "-o", "json")).Output)!;
        config["users"]![0]!["user"] = new JsonObject { ["token"] = token };
        string file = Path.Combine(CacheRoot, Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, config.ToJsonString(), TestContext.Current.CancellationToken);
        return new Kubectl(cluster, version, ns, file);
    }

    /// <summary>Starts it and leaves it running: the caller reads its output and ends it.</summary>
    public Process Start(IEnumerable<string> arguments, bool withInput = false, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Program(), Complete(arguments)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = withInput, UseShellExecute = false };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("could not start kubectl");
    }

    /// <summary>What a shell runs to do the same as <see cref="Start"/>.</summary>
    public string CommandLine(IEnumerable<string> arguments) =>
        string.Join(' ', Complete(arguments).Prepend(Program()).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private string Program()
    {
        string? program = KubectlVersions.Find(version);
        Assert.SkipWhen(program is null, $"kubectl {version} is not installed");
        return program!;
    }

    private IEnumerable<string> Complete(IEnumerable<string> arguments) =>
        ["--kubeconfig", kubeconfig ?? cluster.Kubeconfig, "--cache-dir", Path.Combine(CacheRoot, version), .. ns is null ? [] : (string[])["--namespace", ns], .. arguments];
}
