// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public class OperandLineTests
{
    [Theory]
    [InlineData("pelago", "dcsh run.sh -v --label", "dcsh -- run.sh -v --label")]
    [InlineData("pelago", "--home /h dcsh -t --image busybox ls -l", "--home /h dcsh -t --image busybox -- ls -l")]
    [InlineData("pelago", "dcsh --image=busybox ls -l", "dcsh --image=busybox -- ls -l")]
    [InlineData("pelago", "dcsh -c ls -l", "dcsh -c -- ls -l")]
    [InlineData("dcsh", "run.sh -h", "-- run.sh -h")]
    [InlineData("dcsh", "- -x", "-- - -x")]
    [InlineData("dcsh", "-- -x", "-- -x")]
    [InlineData("dcsh", "--help", "--help")]
    [InlineData("dcsh", "attach 123 --namespace x", "attach 123 --namespace x")]
    [InlineData("pelago", "up --clusters 3", "up --clusters 3")]
    [InlineData("pelago", "", "")]
    public void What_follows_the_script_is_the_scripts(string program, string given, string prepared)
    {
        string[] words = OperandLine.Prepare(given.Split(' ', StringSplitOptions.RemoveEmptyEntries), program == "dcsh" ? CommandTree.BuildDcsh() : CommandTree.Build("dcsh"));

        Assert.Equal(prepared, string.Join(' ', words));
    }
}
