// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Capabilities;
using Pelago.Node.Processes;
using Xunit;

namespace Pelago.Node.Tests.Processes;

public sealed class ShellTextTests
{
    [Theory]
    [InlineData("UID")] // a script that sets it ends
    [InlineData("EUID")]
    [InlineData("PPID")]
    [InlineData("SHELLOPTS")]
    [InlineData("BASHOPTS")]
    [InlineData("BASH_ENV")] // a file that a shell runs first
    [InlineData("BASH_FUNC_exec")]
    [InlineData("ENV")]
    [InlineData("PS4")] // runs commands where SHELLOPTS has xtrace
    [InlineData("IFS")]
    [InlineData("OPTIND")]
    [InlineData("LD_PRELOAD")]
    [InlineData("a.b")]
    public void What_a_shell_would_go_by_reaches_the_command_alone(string name)
    {
        KeyValuePair<string, string>[] environment = [new("WORD", "plain"), new(name, "5")];

        Assert.Equal("export WORD='plain'\n", ShellText.Exports(environment));
        Assert.Equal(["/usr/bin/env", $"{name}=5"], ShellText.Env(environment, new HostTools { Env = "/usr/bin/env" }));
    }
}
