// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Engine.Certificates;
using Pelago.Engine.Tests.Certificates;

namespace Pelago.Engine.Tests.Authentication;

/// <summary>One set of credentials for all tests of a class: making keys is the slow part.</summary>
public sealed class PkiFixture : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public PkiFixture() => Pki = ClusterPki.LoadOrCreate(_home.Path, new ServerNames(IPAddress.Parse("10.96.0.1"), []), TimeProvider.System);

    internal ClusterPki Pki { get; }

    public void Dispose()
    {
        Pki.Dispose();
        _home.Dispose();
    }
}
