// SPDX-License-Identifier: Apache-2.0

using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Client.Tests.Http;

/// <summary>The contract on the cluster of PELAGO_TEST_KUBECONFIG: what the embedded engine promises is what a real one does.</summary>
public sealed class RealClusterContractTests : KubeApiContract
{
    protected override Task<IKubeApi> ConnectAsync()
    {
        string? kubeconfig = Environment.GetEnvironmentVariable("PELAGO_TEST_KUBECONFIG");
        Assert.SkipWhen(string.IsNullOrEmpty(kubeconfig), "PELAGO_TEST_KUBECONFIG names no cluster");
        ClusterConnection connection = Kubeconfig.Load(kubeconfig).Connect(null, TimeProvider.System);
        return Task.FromResult<IKubeApi>(new HttpKubeApi(connection, HttpKubeApiOptions.Default, TimeProvider.System));
    }
}
