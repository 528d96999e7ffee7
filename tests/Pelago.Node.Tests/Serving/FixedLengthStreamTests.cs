// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Serving;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Serving;

public sealed class FixedLengthStreamTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_written_after_the_file_was_opened_is_not_read()
    {
        string path = _directory["log"];
        await File.WriteAllTextAsync(path, "0123456789", TestContext.Current.CancellationToken);
        await using var stream = new FixedLengthStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        await File.AppendAllTextAsync(path, "more", TestContext.Current.CancellationToken);

        stream.Seek(-4, SeekOrigin.End);
        using var reader = new StreamReader(stream);

        Assert.Equal(10, stream.Length);
        Assert.Equal("6789", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
