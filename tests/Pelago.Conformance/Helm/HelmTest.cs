// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Pelago.TestKit;
using Xunit;

namespace Pelago.Conformance.Helm;

/// <summary>What helm printed and how it ended.</summary>
public sealed record HelmResult(string Command, int ExitCode, string Output, string Error)
{
    public override string ToString() => $"$ helm {Command}\nexit {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}

/// <summary>A test that speaks helm, in a namespace of its own that is deleted afterwards. The definition of coupons stays, as helm leaves it: all share it.</summary>
public abstract class HelmTest(TestCluster cluster) : KubectlTest(cluster)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly string _home = Directory.CreateTempSubdirectory("pelago-helm-").FullName;

    protected static string Chart => Path.Combine(RepositoryRoot.Path, "tests/Pelago.Conformance/Helm/shop");

    protected Kubectl Kube => Kubectl(KubectlVersions.Preparing);

    public override async ValueTask DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected void WithWhatChartsNeed() => TestCluster.NotOn(!Cluster.IsEmbedded, "charts claim volumes, which nobody provides on a bare Kubernetes");

    /// <summary>Runs helm and expects success.</summary>
    protected async Task<string> HelmAsync(params string[] arguments)
    {
        HelmResult result = await TryHelmAsync(arguments);
        if (result.ExitCode != 0)
            Assert.Fail($"{result}\n{await StateAsync()}");
        return result.Output;
    }

    /// <summary>Runs helm and expects it to fail with these words.</summary>
    protected async Task<HelmResult> RefusedAsync(string words, params string[] arguments)
    {
        HelmResult result = await TryHelmAsync(arguments);
        if (result.ExitCode == 0 || !result.Error.Contains(words, StringComparison.Ordinal))
            Assert.Fail($"expected a failure with \"{words}\":\n{result}\n{await StateAsync()}");
        return result;
    }

    protected async Task<HelmResult> TryHelmAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(ClientProgram.Helm.Require(), arguments);
        return new HelmResult(string.Join(' ', arguments), code, output, error);
    }

    /// <summary>What the namespace holds and what happened in it, for whoever looks into a failure.</summary>
    private async Task<string> StateAsync() =>
        (await Kube.TryAsync(null, "get", "deployments,jobs,pods", "-o", "wide")).Output + (await Kube.TryAsync(null, "get", "events", "--sort-by=.metadata.creationTimestamp")).Output;

    /// <summary>The revisions of a release, oldest first, as status and description.</summary>
    protected async Task<(string Status, string Description)[]> HistoryAsync(string release) =>
        [.. JsonNode.Parse(await HelmAsync("history", release, "-o", "json"))!.AsArray().Select(revision => (revision!["status"]!.ToString(), revision["description"]!.ToString()))];

    /// <summary>Runs a program as helm's users do, with the cluster, the namespace and helm's own folders in its environment.</summary>
    protected async Task<(int Code, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = RepositoryRoot.Path };
        start.Environment["KUBECONFIG"] = Cluster.Kubeconfig;
        start.Environment["HELM_NAMESPACE"] = Namespace;
        foreach (string folder in new[] { "CACHE", "CONFIG", "DATA" })
            start.Environment[$"HELM_{folder}_HOME"] = Path.Combine(_home, folder);
        using Process process = Process.Start(start)!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit.TotalSeconds:F0} s", e);
        }
    }
}
