// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Clusters;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.TestKit.Images;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>
/// The cluster that our packages are installed on, and what it takes: an embedded one of processes, or of containers (PELAGO_TEST_RUNTIME), or the one of
/// PELAGO_TEST_KUBECONFIG, which then gets its controller by <c>pelago install --packages</c>. The lives of all packages begin together; each test waits
/// for its own.
/// </summary>
public sealed class PackageBed(GivenCluster given) : IAsyncLifetime
{
    public static readonly string Packages = Path.Combine(AppContext.BaseDirectory, "our-packages");

    /// <summary>Lives side by side: most of each is waiting, and the rest is for two cores.</summary>
    private const int AtOnce = 8;
    private readonly LocalHome _home = new();
    private readonly TemporaryDirectory _work = new();
    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly Dictionary<string, Task> _lives = [];
    private readonly ConcurrentBag<string> _lived = [];
    private KubernetesBed? _kubernetes;
    private HttpKubeApi? _api;
    private readonly long _began = Stopwatch.GetTimestamp();
    private string? _why;

    public static IReadOnlyList<string> Names { get; } = [.. Directory.EnumerateDirectories(Packages, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
        .Where(directory => Path.GetFileName(directory).Length > 1).Select(directory => Path.GetFileName(directory))
        .Order(StringComparer.Ordinal)];

    /// <summary>How many packages the folder has, counted by their files; <see cref="Names"/> is made of its folders.</summary>
    public static int Count { get; } = Directory.EnumerateFiles(Packages, "package.json", SearchOption.AllDirectories)
        .Select(file => Path.GetDirectoryName(Path.GetDirectoryName(file))).Distinct(StringComparer.Ordinal).Count();

    internal HttpKubeApi Api => _api!;

    /// <summary>Where hello-world answers, as HOST:PORT.</summary>
    internal string Origin { get; private set; } = "";

    /// <summary>What takes how long, for whoever asks with <c>-diagnostics</c>.</summary>
    internal void Note(string what) => TestContext.Current.SendDiagnosticMessage("{0,5:0.0} s  {1}", Stopwatch.GetElapsedTime(_began).TotalSeconds, what);

    internal string Work(string name) => Directory.CreateDirectory(_work[name]).FullName;

    public async ValueTask InitializeAsync()
    {
        _why = Missing();
        if (_why is not null)
            return;
        if (GivenCluster.IsReal)
        {
            _kubernetes = new KubernetesBed(given, _home, _work);
            _why = await _kubernetes.StartAsync(Names);
        }
        else
        {
            await _home.UpAsync();
            _why = GivenCluster.HasContainers ? await ImportAsync() : null;
        }

        Note("the cluster is there, with its images");

        if (_why is not null)
            return;
        string kubeconfig = _kubernetes is null ? _home.Places.Kubeconfig : GivenCluster.Kubeconfig;
        _api = new HttpKubeApi(Kubeconfig.Load([kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        await PelagoAsync("package", "install", "hello-world", "--app-id", "origin", "--set", "greeting=\"good day\"", "--repo", Packages, "--yes");
        ServicePlace? origin = await Eventually.GetAsync(() => AddressAsync("origin"), place => place is not null, TestContext.Current.CancellationToken);
        Origin = $"{origin!.Host}:{origin.Ports[0].Port}";
        foreach (string name in Names)
            _lives[name] = LiveAsync(name);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_lives.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        _api?.Dispose();
        _places.Dispose();
        if (_kubernetes is not null)
            await _kubernetes.DisposeAsync();
        await _home.DisposeAsync();
        _work.Dispose();
    }

    /// <summary>The life of a package, to its end; skipped where the machine has not what it takes.</summary>
    internal Task LifeAsync(string name)
    {
        Assert.SkipWhen(_why is not null, _why ?? "");
        return _lives[name];
    }

    /// <summary>The packages that lived to their end, once all lives are over; skipped where the machine has not what it takes for any.</summary>
    internal async Task<IReadOnlyCollection<string>> LivedAsync()
    {
        Assert.SkipWhen(_why is not null, _why ?? "");
        // How each ended is told by its own test.
        await Task.WhenAll(_lives.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        return _lived;
    }

    /// <summary>Runs the CLI against the cluster; it must succeed.</summary>
    internal async Task<JsonNode?> PelagoAsync(params string[] arguments)
    {
        ProgramResult result = await _home.RunAsync([.. arguments, .. _kubernetes is null ? (string[])[] : ["--kubeconfig", GivenCluster.Kubeconfig], "-o", "json"]);
        Assert.True(result.ExitCode == 0, $"pelago {string.Join(' ', arguments)}: {result}");
        return result.Output.Length > 0 ? JsonNode.Parse(result.Output) : null;
    }

    /// <summary>Where clients reach a service: at its address, or where nothing serves that on this machine at a pod behind it. Null: nowhere yet.</summary>
    internal async Task<ServicePlace?> AddressAsync(string service)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        ApiResult read = await Api.GetRawAsync($"/api/v1/namespaces/default/services/{service}", cancel);
        if (read.Error is not null)
            return null;
        JsonObject spec = KubeJson.ParseObject(read.Body).Object("spec")!;
        if (_kubernetes is null)
            return new ServicePlace(spec.String("clusterIP")!, [.. spec.Array("ports")!.OfType<JsonObject>().Select(ServicePort.Of)]);
        ApiResult endpoints = await Api.GetRawAsync($"/api/v1/namespaces/default/endpoints/{service}", cancel);
        JsonArray subsets = endpoints.Error is null ? KubeJson.ParseObject(endpoints.Body).Array("subsets") ?? [] : [];
        if (subsets.OfType<JsonObject>().FirstOrDefault(one => one.Array("addresses") is { Count: > 0 }) is not { } subset)
            return null;
        ServicePort[] behind = [.. subset.Array("ports")!.OfType<JsonObject>().Select(ServicePort.Of)];
        return new ServicePlace((string)subset.Array("addresses")![0]!["ip"]!, [.. spec.Array("ports")!.OfType<JsonObject>().Select(port => behind.Single(one => one.Name == port.String("name")))]);
    }

    private async Task LiveAsync(string name)
    {
        await _places.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await new PackageLife(this, name).RunAsync();
            _lived.Add(name);
        }
        finally
        {
            _places.Release();
        }
    }

    private static string? Missing()
    {
        if (!Environment.IsPrivilegedProcess)
            return "pods have namespaces of their own, and volumes at their paths, only when the daemon runs as root";
        if (!GivenCluster.HasImages)
            return null;
        string tools = GivenCluster.HasContainers ? string.Join("; ", new ContainerdTools().Missing()) : "";
        return tools.Length > 0 ? $"containers cannot be run here: {tools}" : DebianImage.Missing();
    }

    private async Task<string?> ImportAsync()
    {
        Task<ProgramResult> ToNodesAsync(string file) => _home.RunAsync("image", "import", "-q", file);
        Task<string?> software = PackageImages.BringSoftwareAsync(ToNodesAsync);
        await PackageImages.BringPelagoAsync(_home, _work, ToNodesAsync);
        return await software;
    }
}
