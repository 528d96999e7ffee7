// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.RegularExpressions;
using CsCheck;
using Pelago.TestKit;
using Xunit;

namespace Pelago.Kube.Tests;

public class CellReaderTests
{
    private const string Hello = "01100000 5043454c 01000000 00a8da769b010000";

    [Theory]
    [InlineData("", "byte 0 of the stream of cells: it ends before its first frame")]
    [InlineData("7b226b69 6e64223a", "byte 0 of the stream of cells: a frame of 6908706 bytes; at most 1048576 are allowed")]
    [InlineData("02000000", "byte 0 of the stream of cells: it does not begin as a stream of cells does")]
    [InlineData("01100000 5043454d 01000000 00a8da769b010000", "byte 0 of the stream of cells: it does not begin as a stream of cells does")]
    [InlineData("01040000 5043454c", "byte 0 of the stream of cells: the beginning in 4 bytes; at least 16 are needed")]
    [InlineData("01100000 5043454c 02000000 00a8da769b010000", "byte 0 of the stream of cells: it is of version 2, and only version 1 is known here: use a newer pelago")]
    [InlineData("01100000 5043454c 01000000 ffffffffffffffff", "byte 0 of the stream of cells: it begins at a time that is none")]
    [InlineData(Hello + Hello, "byte 20 of the stream of cells: a second beginning")]
    [InlineData(Hello + "020b0000 0000000000000500000000", "byte 20 of the stream of cells: changes of 11 bytes; each has 12")]
    [InlineData(Hello + "020c0000 000000000000050000000000", "byte 20 of the stream of cells: a change of cell 0, which has no name")]
    [InlineData(Hello + "04060000 000000006161 020c0000 000000000100050000000000", "byte 30 of the stream of cells: a change with node 1, which has no name")]
    [InlineData(Hello + "04060000 000000006161 020c0000 000000000000090000000000", "byte 30 of the stream of cells: a change to state 9, which is none")]
    [InlineData(Hello + "04060000 010000006161", "byte 20 of the stream of cells: cell 1 after 0 cells")]
    [InlineData(Hello + "04060000 000000006161 04060000 000000006262", "byte 30 of the stream of cells: cell 0, which has a name")]
    [InlineData(Hello + "04040000 00000000", "byte 20 of the stream of cells: the name of a cell in 4 bytes; at least 5 are needed")]
    [InlineData(Hello + "04060000 000000001b63", "byte 20 of the stream of cells: a name that is none")]
    [InlineData(Hello + "03030000 020061", "byte 20 of the stream of cells: node 2 after 0")]
    [InlineData(Hello + "05080000 0000000000000000", "byte 20 of the stream of cells: a bookmark in 8 bytes; at least 9 are needed")]
    [InlineData(Hello + "06020000 7b7d", "byte 20 of the stream of cells: an error that is no Status")]
    [InlineData(Hello + "06020000 7b7b", "byte 20 of the stream of cells: an error that is no Status")]
    [InlineData(Hello + "0306", "byte 20 of the stream of cells: it ends in the middle of a frame")]
    public void What_is_no_stream_of_cells_is_refused_with_the_place(string hex, string message)
    {
        CellFormatException fault = Assert.Throws<CellFormatException>(() => CellLog.Of(Bytes(hex)));

        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void Frames_that_are_not_known_and_bytes_that_a_known_one_gets_later_are_passed_over()
    {
        var log = CellLog.Of(Bytes("01120000 5043454c 01000000 00a8da769b010000 ffff" + "c8030000 010203" + "050a0000 2a00000000000000 01 ff"));

        Assert.Equal(["begin 1767225600000", "bookmark 42 initial"], log.Lines);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.Select(Gen.Bool, Gen.Byte[0, 6], Gen.Byte.Array[0, 200]).Sample((begins, type, bytes) =>
    {
        try
        {
            CellLog.Of([.. begins ? Bytes(Hello) : [], type, (byte)Math.Max(0, bytes.Length - 20), 0, 0, .. bytes]);
        }
        catch (CellFormatException refused)
        {
            Assert.InRange(refused.Offset, 0, bytes.Length + 24);
        }
    });

    [Fact]
    public void The_documented_example_reads_as_documented()
    {
        string document = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "protocols", "cells.md"));
        string[] blocks = [.. Regex.Matches(document, "```(?:hex|text)\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value)];
        Assert.Equal(2, blocks.Length);

        var log = CellLog.Of(Bytes(Regex.Replace(blocks[0], "#.*", "")));

        Assert.Equal(blocks[1].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), log.Lines);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(Regex.Replace(hex, @"\s", ""));
}
