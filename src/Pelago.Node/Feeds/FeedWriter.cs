// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.IO;
using System.Text;

namespace Pelago.Node.Feeds;

/// <summary>
/// Writes pieces of a text so that whoever reads can go on after each: a line <c>POSITION LENGTH FLAG</c>, then so many bytes. The flag is <c>-</c>, or
/// <c>t</c> where the file was cut and begins anew, or <c>g</c> where something before may be missing. A piece of no bytes says that all is well. The last line is <c>end</c>.
/// </summary>
internal sealed class FeedWriter(Stream output)
{
    public const char Usual = '-';
    public const char Cut = 't';
    public const char Gap = 'g';
    private readonly ArrayBufferWriter<byte> _frame = new();

    public async Task WriteAsync(FeedPosition position, ReadOnlyMemory<byte> text, char flag, CancellationToken cancel)
    {
        _frame.ResetWrittenCount();
        _frame.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{position} {text.Length} {flag}\n")));
        _frame.Write(text.Span);
        await output.WriteAsync(_frame.WrittenMemory, cancel);
    }

    public Task FlushAsync(CancellationToken cancel) => output.FlushAsync(cancel);

    public async Task EndAsync(CancellationToken cancel) => await output.WriteAsync("end\n"u8.ToArray(), cancel);
}
