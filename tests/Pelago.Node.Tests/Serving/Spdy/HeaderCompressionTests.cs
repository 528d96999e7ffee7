// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using CsCheck;
using Pelago.Node.Serving.Spdy;
using Xunit;

namespace Pelago.Node.Tests.Serving.Spdy;

public sealed class HeaderCompressionTests
{
    private static readonly Gen<Dictionary<string, string>> Headers = Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 1, 30], Gen.String[0, 200])[0, 20];

    /// <summary>Blocks of one connection as zlib compresses them at level 9 with the dictionary, each flushed (SYNC_FLUSH): what Go's clients send.</summary>
    [Fact]
    public void Blocks_of_zlib_with_the_dictionary_are_read_one_after_the_other()
    {
        using var inflater = new HeaderInflater();
        string[] Read(string hex) => [.. inflater.Inflate(Convert.FromHexString(hex)).Select(pair => $"{pair.Key}={pair.Value}")];

        Assert.Equal(
            ["streamtype=error", "port=8080", "requestid=0"],
            Read("78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c6061606100a4398b20d198094ade8c0600000000ffff"));
        Assert.Equal(["streamtype=data", "port=8080", "requestid=0"], Read("c2aa19540e2512d60b000000ffff"));
        Assert.Equal([], Read("02120c00000000ffff"));
        Assert.Equal(["content-type=text/html", "streamtype=error"], Read("02654d2c2519273c4071b80c000000ffff"));
        Assert.Equal(["streamtype=stdin"], Read("02198029555c02ccc800000000ffff"));
    }

    [Fact]
    public void Dictionary_is_the_one_that_zlib_streams_name()
    {
        uint a = 1, b = 0;
        foreach (byte value in HeaderDictionary.Bytes.Span)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        Assert.Equal(1423, HeaderDictionary.Bytes.Length);
        Assert.Equal(HeaderDictionary.Id, (b << 16) | a);
    }

    [Fact]
    public void What_is_written_is_a_zlib_stream_to_any_reader() => Gen.Byte.Array[0, 3000].Array[1, 8].Sample(blocks =>
    {
        var deflater = new HeaderDeflater();
        var sent = new MemoryStream([.. blocks.SelectMany(block => deflater.Deflate(block))]);
        byte[] read = new byte[blocks.Sum(block => block.Length)];

        using var zlib = new ZLibStream(sent, CompressionMode.Decompress);
        zlib.ReadExactly(read);

        Assert.Equal(blocks.SelectMany(block => block), read);
    }, iter: 100);

    [Fact]
    public void What_is_written_is_read_back() => Headers.Array[1, 6].Sample(blocks =>
    {
        var deflater = new HeaderDeflater();
        using var inflater = new HeaderInflater();
        foreach (Dictionary<string, string> headers in blocks)
            Assert.Equal(headers, inflater.Inflate(deflater.Deflate(HeaderBlock.Encode(headers))));
    }, iter: 100);
}
