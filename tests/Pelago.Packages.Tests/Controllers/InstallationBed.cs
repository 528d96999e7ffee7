// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine;
using Pelago.Kube;
using Pelago.Packages.Controllers;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>Clusters in memory that serve installations. Workloads become ready when <see cref="InstallationRun"/> says so: nothing runs here by itself.</summary>
public sealed class InstallationBed : IAsyncLifetime
{
    private EngineHost? _host;
    private int _namespaces;

    internal IKubeApi Api { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await EngineHost.StartAsync(new EngineOptions { PlainHttp = true, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        Api = _host.ApiFor("packages");
        await InstallationController.DefineAsync(Api, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A namespace of its own, and whoever works in it.</summary>
    internal async Task<InstallationRun> StartAsync(params string[] otherClusters)
    {
        string ns = $"t{Interlocked.Increment(ref _namespaces)}";
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ns } };
        (await Api.CreateAsync(new ResourcePath(new GroupVersionResource("", "v1", "namespaces")), KubeJson.ToUtf8(body), WriteQuery.None, Cancel)).BodyOrThrow();
        return new InstallationRun(Api, ns, otherClusters);
    }
}
