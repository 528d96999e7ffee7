// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public sealed class ScriptTextTests
{
    private const int Most = 96 << 10;

    [Fact]
    public void A_script_without_end_is_refused_when_one_byte_too_many_has_come()
    {
        using var script = new Endless();

        CliException refused = Assert.Throws<CliException>(() => DcshCommand.TextOf("-", script));

        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Equal(Most + 1, script.Position);
    }

    [Fact]
    public void A_script_of_the_greatest_length_is_taken_whole()
    {
        using var script = new MemoryStream();
        script.Write(Enumerable.Repeat((byte)'#', Most).ToArray());
        script.Position = 0;

        Assert.Equal(Most, DcshCommand.TextOf("-", script).Length);
    }

    private sealed class Endless : MemoryStream
    {
        private long _read;

        public override long Position => _read;

        public override int Read(Span<byte> buffer)
        {
            Assert.True(_read <= Most, "more was asked for than shows that it is too long");
            buffer.Fill((byte)'#');
            _read += buffer.Length;
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
