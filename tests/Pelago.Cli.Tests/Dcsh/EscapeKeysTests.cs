// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public sealed class EscapeKeysTests
{
    [Theory]
    [InlineData("ls ~/x\r", "ls ~/x\r", false)]
    [InlineData("a~.\r", "a~.\r", false)]
    [InlineData("~.", "", true)]
    [InlineData("ls\r~.", "ls\r", true)]
    [InlineData("~~.\r", "~.\r", false)]
    [InlineData("~a\r~.rest", "~a\r", true)]
    public void A_tilde_and_a_point_at_the_beginning_of_a_line_leave(string typed, string sent, bool leaves)
    {
        Assert.Equal((sent, leaves), Type(typed.Length, typed));
        Assert.Equal((sent, leaves), Type(1, typed));
    }

    private static (string Sent, bool Leaves) Type(int atOnce, string typed)
    {
        var keys = new EscapeKeys();
        var sent = new StringBuilder();
        foreach (char[] some in typed.Chunk(atOnce))
        {
            byte[] room = new byte[some.Length + 1];
            Encoding.ASCII.GetBytes(some, room);
            int kept = keys.Filter(room, some.Length, out bool leaves);
            sent.Append(Encoding.ASCII.GetString(room, 0, kept));
            if (leaves)
                return (sent.ToString(), true);
        }
        return (sent.ToString(), false);
    }
}
