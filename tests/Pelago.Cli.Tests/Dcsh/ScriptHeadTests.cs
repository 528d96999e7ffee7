// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public class ScriptHeadTests
{
    [Fact]
    public void Options_are_read_and_the_interpreter_sees_the_rest_on_the_lines_where_it_stood()
    {
        ScriptHead head = ScriptHead.Read("#!/usr/bin/env dcsh\n#dcsh: image=busybox cpus=2\n#dcsh: where=\"rack=7, disk=ssd\" keep\n#!/usr/bin/python3 -u\nprint(5)\n# a comment\n", "x");

        Assert.Equal(["cpus", "image", "keep", "where"], head.Options.Keys.Order());
        Assert.Equal(("rack=7, disk=ssd", "true"), (head.Options["where"], head.Options["keep"]));
        Assert.Equal(["/usr/bin/python3", "-u"], head.Interpreter);
        Assert.Equal("#!/usr/bin/python3 -u\n\n\n\nprint(5)\n# a comment\n", head.Text);
    }

    [Theory]
    [InlineData("echo hi\n", "echo hi\n")]
    [InlineData("#!/usr/bin/dcsh\necho hi\n", "\necho hi\n")]
    [InlineData("# a comment\n#!/bin/false\n", "# a comment\n#!/bin/false\n")]
    [InlineData("", "")]
    [InlineData("#!/usr/bin/env dcsh", "\n")]
    public void Without_another_interpreter_it_is_the_shell(string text, string seen)
    {
        ScriptHead head = ScriptHead.Read(text, "x");

        Assert.Equal(["/bin/sh"], head.Interpreter);
        Assert.Equal(seen, head.Text);
    }

    [Fact]
    public void Lists_grow_over_lines()
    {
        ScriptHead head = ScriptHead.Read("#dcsh: env=A stage=x\n#dcsh: env=B=1 stage=y\n", "x");

        Assert.Equal(("A,B=1", "x,y"), (head.Options["env"], head.Options["stage"]));
    }

    [Theory]
    [InlineData("#dcsh: imag=x\n", "run.sh:1: no option imag", "Did you mean image?")]
    [InlineData("#!/usr/bin/dcsh\n#dcsh: where=\"a\n", "run.sh:2: a quotation mark is not closed", "")]
    public void A_fault_is_named_with_its_line(string text, string expected, string advice)
    {
        CliException fault = Assert.Throws<CliException>(() => ScriptHead.Read(text, "run.sh"));

        Assert.Equal(ExitCode.Usage, fault.ExitCode);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Contains(advice, fault.Message, StringComparison.Ordinal);
    }
}
