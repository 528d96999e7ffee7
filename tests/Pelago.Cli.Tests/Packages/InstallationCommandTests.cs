// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

/// <summary>Packages of this repository on an embedded cluster: installed, used, upgraded, taken back, removed.</summary>
public sealed class InstallationCommandTests
{
    private static readonly string Packages = Path.Combine(AppContext.BaseDirectory, "our-packages");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_is_installed_used_upgraded_taken_back_and_removed()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        await OkAsync(home, "package", "repo", "add", "ours", Packages);

        ProgramResult dry = await OkAsync(home, "package", "install", "hello-world", "--app-id", "hi", "--dry-run");
        ProgramResult unasked = await home.RunAsync("package", "install", "hello-world");
        JsonNode first = await home.JsonAsync("package", "install", "hello-world", "--app-id", "hi", "--package-version", "1.0", "--set", "greeting=\"good day\"", "--yes");
        string one = await AnswerAsync(home, "hi");
        ProgramResult again = await home.RunAsync("package", "install", "hello-world", "--app-id", "hi", "--yes");
        ProgramResult refused = await home.RunAsync("package", "upgrade", "hi", "--set", "replicas=0", "--yes");
        ProgramResult difference = await OkAsync(home, "package", "upgrade", "hi", "--dry-run");
        JsonNode second = await home.JsonAsync("package", "upgrade", "hi", "--yes");
        string two = await AnswerAsync(home, "hi");
        JsonNode back = await home.JsonAsync("package", "rollback", "hi", "--yes");
        string three = await AnswerAsync(home, "hi");
        ProgramResult history = await OkAsync(home, "package", "history", "hi");
        ProgramResult gone = await OkAsync(home, "package", "uninstall", "hi", "--yes");

        Assert.Contains("+ Service hi", dry.Error, StringComparison.Ordinal);
        Assert.Equal(2, unasked.ExitCode);
        Assert.Contains("say --yes", unasked.Error, StringComparison.Ordinal);
        Assert.Equal(("Healthy", 1), Summary(first));
        Assert.Equal("good day\n", one);
        Assert.Contains("'pelago package upgrade hi' changes it", again.Error, StringComparison.Ordinal);
        Assert.Contains("/replicas: minimum: expected 1 or more, found number 0; set it with --set replicas=1", refused.Error, StringComparison.Ordinal);
        Assert.Contains("~ Deployment hi", difference.Error, StringComparison.Ordinal);
        Assert.Contains("metadata.labels.app.kubernetes.io/version: 1.0 → 1.1", difference.Error, StringComparison.Ordinal);
        Assert.Equal(("Healthy", 2), Summary(second));
        Assert.StartsWith("good day (hi-", two, StringComparison.Ordinal);
        Assert.Equal(("Healthy", 3), Summary(back));
        Assert.Equal("good day\n", three);
        Assert.Matches(@"(?m)^3 +1\.0 +\S+ +Healthy +rolled back to revision 1$", history.Output);
        Assert.Contains("hi is gone", gone.Error, StringComparison.Ordinal);
        Assert.Empty(await LeftAsync(home));
        Assert.Equal(3, (await home.RunAsync("package", "uninstall", "hi", "--yes")).ExitCode);
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task On_two_clusters_an_upgrade_comes_to_its_end_though_the_daemon_is_killed()
    {
        await using var home = new LocalHome();
        JsonNode up = await home.UpAsync("--runtime", "process", "--clusters", "2");
        string[] both = ["--cluster", "pelago-1,pelago-2"];

        JsonNode first = await home.JsonAsync(["package", "install", "hello-world", "--repo", Packages, "--package-version", "1.0", "--set-on", "pelago-2:replicas=2", "--yes", .. both]);
        await OkAsync(home, ["package", "upgrade", "hello-world", "--repo", Packages, "--yes", "--no-wait", .. both]);
        using (var daemon = Process.GetProcessById((int)up["pid"]!))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(Cancel);
        }

        await home.UpAsync("--runtime", "process");
        JsonNode then = await Eventually.GetAsync(
            () => home.JsonAsync("package", "list", "--cluster", "pelago-1"), printed => Summary(printed) == ("Healthy", 2), Cancel, TimeSpan.FromSeconds(60));

        Assert.Equal("2/2", (string?)first["installations"]![0]!["ready"]);
        Assert.Equal("2/2", (string?)then["installations"]![0]!["ready"]);
        Assert.Equal(2, (await home.JsonAsync("package", "history", "hello-world", "--cluster", "pelago-1"))["revisions"]!.AsArray().Count);
        await OkAsync(home, ["package", "uninstall", "hello-world", "--yes", .. both]);
    }

    private static (string?, int?) Summary(JsonNode printed) => ((string?)printed["installations"]![0]!["phase"], (int?)printed["installations"]![0]!["revision"]);

    private static async Task<ProgramResult> OkAsync(LocalHome home, params string[] arguments)
    {
        ProgramResult result = await home.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    private static HttpKubeApi Connect(LocalHome home) => new(Kubeconfig.Load([home.Places.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);

    /// <summary>What the service says; endpoints follow their pods by a moment.</summary>
    private static async Task<string> AnswerAsync(LocalHome home, string service)
    {
        using HttpKubeApi api = Connect(home);
        KubeObject found = KubeObject.Parse((await api.GetAsync(new ResourcePath(new GroupVersionResource("", "v1", "services"), "default", service), Cancel)).BodyOrThrow());
        var address = new Uri($"http://{found.Spec!.String("clusterIP")}:{found.Spec!.Array("ports")![0]!["port"]}/");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        return await Eventually.GetAsync(
            async () =>
            {
                try
                {
                    return await client.GetStringAsync(address, Cancel);
                }
                catch (Exception fault) when (fault is HttpRequestException or SocketException or TaskCanceledException)
                {
                    return "";
                }
            },
            answer => answer.Length > 0, Cancel);
    }

    /// <summary>Everything of installations that is still there, their records, too.</summary>
    private static async Task<IReadOnlyList<string>> LeftAsync(LocalHome home)
    {
        using HttpKubeApi api = Connect(home);
        var left = new List<string>();
        foreach ((GroupVersionResource resource, string selector) in ((GroupVersionResource, string)[])
            [(new("apps", "v1", "deployments"), ""), (new("apps", "v1", "replicasets"), ""), (new("", "v1", "pods"), ""), (new("", "v1", "services"), "packages.pelago.dev/installation"), (new("", "v1", "secrets"), "packages.pelago.dev/record")])
        {
            ApiResult list = await api.ListAsync(new ResourcePath(resource, "default"), new ListQuery { LabelSelector = selector.Length > 0 ? selector : null }, Cancel);
            left.AddRange((KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(json => $"{resource.Resource} {new KubeObject(json).Name}"));
        }

        return left;
    }
}
