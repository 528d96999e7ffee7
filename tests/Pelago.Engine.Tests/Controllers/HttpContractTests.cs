// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

/// <summary>The engine over HTTP keeps what every cluster promises.</summary>
public sealed class HttpContractTests : KubeApiContract, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contract").FullName;
    private EngineHost _host = null!;
    private HttpKubeApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await EngineHost.StartAsync(new EngineOptions { RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        string kubeconfig = Path.Combine(_folder, "kubeconfig");
        _host.WriteKubeconfig(kubeconfig);
        _api = new HttpKubeApi(Kubeconfig.Load(kubeconfig).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override Task<IKubeApi> ConnectAsync() => Task.FromResult<IKubeApi>(_api);
}
