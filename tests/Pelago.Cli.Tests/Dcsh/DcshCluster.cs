// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

/// <summary>One cluster for all tests of dcsh: each run is a Job of its own.</summary>
public sealed class DcshCluster : IAsyncLifetime
{
    public LocalHome Home { get; } = new();

    public async ValueTask InitializeAsync() => await Home.UpAsync("--runtime", "process");

    public ValueTask DisposeAsync() => Home.DisposeAsync();
}
