// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

/// <summary>
/// A daemon is killed in the midst of what it does to an installation, at a step that a seed chooses; the next one brings it to its end. Each write of the
/// controller is such a point in Pelago.Packages.Tests' KillPointTests; here it is a process with its store, its pods and its client.
/// </summary>
public sealed class DaemonKillTests : IAsyncDisposable
{
    private const string Name = "doomed";

    /// <summary>Of changes that are seen of an installation while something is done to it; a point beyond the last is the last.</summary>
    private const int LastPoint = 8;

    /// <summary>Rounds of all operations, each with half as late points as the one before: the last kills at the first change.</summary>
    private const int Rounds = 4;
    private static readonly string Packages = Path.Combine(AppContext.BaseDirectory, "our-packages");
    private static readonly ResourcePath Installations = new(new GroupVersionResource("packages.pelago.dev", "v1alpha1", "installations"), "default");
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly LocalHome _home = new();
    private readonly HashSet<string> _hit = [];
    private int _daemon;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Theory]
    [Trait("Lane", "Slow")]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Every_operation_comes_to_its_end_though_the_daemon_is_killed_in_its_midst(int seed, bool goesBack)
    {
        var random = new Random(seed);
        await UpAsync();

        // One that was over before the kill proves nothing: it is done again, and killed earlier.
        string[] operations = goesBack ? ["install", "upgrade", "rollback", "uninstall"] : ["install", "upgrade", "uninstall"];
        for (int last = LastPoint; last > LastPoint >> Rounds && !_hit.IsSupersetOf(operations); last /= 2)
            await LiveAsync(random, last, goesBack);

        Assert.Equal([], operations.Except(_hit));
    }

    /// <summary>All operations, each with its daemon killed.</summary>
    private async Task LiveAsync(Random random, int last, bool goesBack)
    {
        await KillAsync(random.Next(1, last + 1), "install", "hello-world", "--app-id", Name, "--repo", Packages, "--package-version", "1.0");
        await IsHealthyAsync(1, "1.0");
        await KillAsync(random.Next(1, last + 1), "upgrade", Name, "--repo", Packages);
        await IsHealthyAsync(2, "1.1");
        if (goesBack)
        {
            await KillAsync(random.Next(1, last + 1), "rollback", Name);
            await IsHealthyAsync(3, "1.0");
        }

        await KillAsync(random.Next(1, last + 1), "uninstall", Name);
        await Eventually.GetAsync(LeftAsync, left => left.Length == 0, Cancel, Limit);
    }

    private async Task UpAsync() => _daemon = (int)(await _home.UpAsync("--runtime", "process"))["pid"]!;

    /// <summary>Kills the daemon once the operation has come to the point, and starts it again. What becomes of its client does not matter.</summary>
    private async Task KillAsync(int point, params string[] operation)
    {
        using HttpKubeApi api = Connect();
        ApiResult list = await api.ListAsync(Installations, ListQuery.Everything, Cancel);
        string version = ListDocument.Parse(list.BodyOrThrow()).ResourceVersion;
        Task<ProgramResult> client = _home.RunAsync(["package", .. operation, "--yes", "--no-wait"]);
        (int seen, string step) = await ReachAsync(api, version, point).WaitAsync(Limit, Cancel);
        using (var daemon = Process.GetProcessById(_daemon))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(Cancel);
        }

        if (step != "done")
            _hit.Add(operation[0]);
        await client;
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation[0]}: killed at change {seen} ({step})");
        await UpAsync();
    }

    private static async Task<(int Seen, string Step)> ReachAsync(HttpKubeApi api, string version, int point)
    {
        int seen = 0;
        await foreach (RawWatchEvent change in api.WatchAsync(Installations, ListQuery.Everything with { ResourceVersion = version }, Cancel))
        {
            if (change.Type is not ("ADDED" or "MODIFIED" or "DELETED"))
                continue;
            KubeObject now = KubeObject.Parse(change.Object);
            JsonObject? state = now.Status?.Object("clusters")?.Select(pair => pair.Value).OfType<JsonObject>().FirstOrDefault();
            bool isDone = change.Type == "DELETED"
                || (!now.IsDeleting && now.Status?.String("phase") == "Healthy" && now.Status.Integer("observedGeneration") == now.Generation && state?.Integer("revision") == now.Status.Integer("revision"));
            // A change that begins nothing yet is no point to kill at; the operation before stands there still.
            string step = isDone ? "done" : state?.String("step") is { Length: > 0 } under ? $"{state.String("operation")} {under}" : "";
            if (step.Length > 0 && (++seen >= point || isDone))
                return (seen, step);
        }

        throw new InvalidOperationException("the watch ended before the operation did");
    }

    private Task IsHealthyAsync(int revision, string version) => Eventually.GetAsync(
        async () =>
        {
            using HttpKubeApi api = Connect();
            ApiResult read = await api.GetAsync(Installations with { Name = Name }, Cancel);
            return read.Error is null ? KubeObject.Parse(read.Body).Json : [];
        },
        now => now.At("status", "phase")?.ToString() == "Healthy" && now.At("status", "revision")?.ToString() == $"{revision}" && now.At("spec", "version")?.ToString() == version, Cancel, Limit);

    private HttpKubeApi Connect() => new(Kubeconfig.Load([_home.Places.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);

    /// <summary>Everything of the installation that is still there, its records, too.</summary>
    private async Task<string> LeftAsync()
    {
        using HttpKubeApi api = Connect();
        var left = new List<string>();
        foreach ((GroupVersionResource resource, string? selector) in ((GroupVersionResource, string?)[])
            [
                (Installations.Resource, null), (new("apps", "v1", "deployments"), null), (new("apps", "v1", "replicasets"), null), (new("", "v1", "pods"), null),
                (new("", "v1", "services"), "packages.pelago.dev/installation"), (new("", "v1", "secrets"), "packages.pelago.dev/record"),
            ])
        {
            ApiResult list = await api.ListAsync(new ResourcePath(resource, "default"), new ListQuery { LabelSelector = selector }, Cancel);
            left.AddRange((KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(json => $"{resource.Resource} {new KubeObject(json).Name}"));
        }

        return string.Join(", ", left);
    }
}
