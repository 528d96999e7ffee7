// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

/// <summary>The engine inside this process keeps what every cluster promises.</summary>
public sealed class InProcessContractTests : KubeApiContract, IAsyncLifetime
{
    private EngineHost _host = null!;

    public async ValueTask InitializeAsync() =>
        _host = await EngineHost.StartAsync(new EngineOptions { PlainHttp = true, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, Cancel);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    protected override Task<IKubeApi> ConnectAsync() => Task.FromResult(_host.ApiFor("contract"));
}
