// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.Json;
using Pelago.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(Pelago.Conformance.Harness.TestCluster))]

namespace Pelago.Conformance.Harness;

/// <summary>
/// The cluster under test: the one that <c>PELAGO_TEST_KUBECONFIG</c> names, or an embedded one that this run starts by the built
/// <c>./pelago</c> in a home of its own and ends again; its pods are processes, or containers with <c>PELAGO_TEST_RUNTIME=containerd</c>.
/// </summary>
public sealed class TestCluster : IAsyncLifetime
{
    private readonly string? _given = Environment.GetEnvironmentVariable("PELAGO_TEST_KUBECONFIG");
    private readonly string _runtime = Environment.GetEnvironmentVariable("PELAGO_TEST_RUNTIME") ?? "process";
    private string? _home;

    /// <summary>True when the embedded engine is under test.</summary>
    public bool IsEmbedded => string.IsNullOrEmpty(_given);

    public string Kubeconfig { get; private set; } = "";

    /// <summary>True when pods run from images, with nothing of this machine in them.</summary>
    public bool HasImages => !IsEmbedded || _runtime == "containerd";

    /// <summary>An image with a shell. The embedded engine's process runtime keeps it as a label.</summary>
    public string Image => Environment.GetEnvironmentVariable("PELAGO_TEST_IMAGE") ?? "docker.io/realkube/busybox:1";

    /// <summary>What pods serve with: of their image, or where they are processes, of this machine; where that lacks it the test is skipped.</summary>
    public string Busybox()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        NotOn(!HasImages && !folders.Any(folder => File.Exists(Path.Combine(folder, "busybox"))), "busybox is not installed (eng/prerequisites installs it)");
        return "busybox";
    }

    /// <summary>The server's minor version: some APIs are younger than the oldest cluster that the suite runs on.</summary>
    public int MinorVersion { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (IsEmbedded)
        {
            _home = Directory.CreateTempSubdirectory("pelago-conformance-").FullName;
            string json = await PelagoAsync("up", "--detach", "--runtime", _runtime, "--nodes", "2", "--port", "0", "-o", "json");
            using JsonDocument up = JsonDocument.Parse(json);
            Kubeconfig = up.RootElement.GetProperty("clusters")[0].GetProperty("kubeconfig").GetString()!;
        }
        if (IsEmbedded && HasImages)
            await ImportAsync();
        if (!IsEmbedded)
        {
            Kubeconfig = Path.GetFullPath(_given!);
        }

        using JsonDocument version = JsonDocument.Parse((await new Kubectl(this, KubectlVersions.Preparing).RunAsync("get", "--raw", "/version")).Output);
        MinorVersion = int.Parse(version.RootElement.GetProperty("minor").GetString()!.TrimEnd('+'));
    }

    public async ValueTask DisposeAsync()
    {
        if (_home is null)
            return;
        await PelagoAsync("down", "--purge");
        if (Directory.Exists(_home))
            Directory.Delete(_home, recursive: true);
    }

    /// <summary>Ends the test as skipped, with a reason, on an engine that does not have the thing. The reasons are listed in docs/conformance.md.</summary>
    public static void NotOn(bool engineThatLacksIt, string reason) => Assert.SkipWhen(engineThatLacksIt, reason);

    private async Task ImportAsync()
    {
        string archive = Path.Combine(_home!, "busybox.tar");
        await RunAsync(Path.Combine(RepositoryRoot.Path, "tests", "images", "build"), "busybox", archive);
        await PelagoAsync("image", "import", "--quiet", archive);
    }

    private Task<string> PelagoAsync(params string[] arguments) => RunAsync(Path.Combine(RepositoryRoot.Path, "pelago"), arguments);

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PELAGO_HOME"] = _home;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{error}");
    }
}
