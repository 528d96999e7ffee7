// SPDX-License-Identifier: Apache-2.0

using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>What the roles that are pods say of options that make no sense, before they look for a cluster.</summary>
public sealed class RoleOptionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("hub", "--agent-port", "none")]
    [InlineData("hub", "--agent-port", "65536")]
    [InlineData("agent", "--port", "0")]
    public async Task A_port_that_is_none_is_refused_by_its_name(string role, string option, string port)
    {
        string[] rest = role == "agent" ? ["--node", "n1"] : [];

        ProgramResult result = await DaemonProcess.RunAsync(_directory["home"], [role, "--address", "127.0.0.1", option, port, .. rest]);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"pelagod: {option} {port}: must be a port, from 1 to 65535\n", result.Error);
    }
}
