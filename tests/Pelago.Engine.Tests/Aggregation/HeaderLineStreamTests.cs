// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Engine.Aggregation;
using Xunit;

namespace Pelago.Engine.Tests.Aggregation;

public sealed class HeaderLineStreamTests
{
    [Fact]
    public async Task Mark_becomes_a_line_break_however_the_writes_are_cut()
    {
        string mark = HeaderLineStream.LineBreak;
        byte[] written = Encoding.ASCII.GetBytes($"a{mark}b{mark}{mark}c\u0001d{mark[..5]}e\u0001");
        for (int cut = 0; cut <= written.Length; cut++)
        {
            using var inner = new MemoryStream();
            await using var stream = new HeaderLineStream(inner);

            await stream.WriteAsync(written.AsMemory(0, cut), TestContext.Current.CancellationToken);
            await stream.WriteAsync(written.AsMemory(cut), TestContext.Current.CancellationToken);
            await stream.FlushAsync(TestContext.Current.CancellationToken);

            Assert.Equal($"a\r\nb\r\n\r\nc\u0001d{mark[..5]}e\u0001", Encoding.ASCII.GetString(inner.ToArray()));
        }
    }
}
