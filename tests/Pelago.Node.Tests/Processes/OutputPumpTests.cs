// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.Node.Processes;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Processes;

public sealed class OutputPumpTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory _home = new();
    private readonly RecordedLog _log = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(true)] // how .NET says EFBIG
    [InlineData(false)]
    public async Task A_log_that_refuses_output_is_left_alone_for_a_second_and_then_tried_again(bool tooLong)
    {
        using var loop = new EventLoop("test", _log);
        using var log = new ContainerLog(_home["0.log"], _home.Path, new LogRotation(), _time, new OpenLogs(most: 2));
        int refusals = 0;
        var refused = new TaskCompletionSource();
        var taken = new TaskCompletionSource<string>();
        log.Written = (_, data) =>
        {
            if (refused.Task.IsCompleted)
            {
                taken.TrySetResult(Encoding.UTF8.GetString(data));
                return;
            }
            refusals++;
            // After the turn in which it is refused, the pump waits.
            loop.Post(() => refused.TrySetResult());
            throw tooLong ? new ArgumentOutOfRangeException(null, "Specified file length was too large for the file system.") : new IOException("No space left on device");
        };
        (SafeFileHandle read, SafeFileHandle write) = Descriptors.Pipe();
        using var writer = new FileStream(write, FileAccess.Write, 0);
        using var pump = new OutputPump(loop, read, log, LogStream.Stdout, isTerminal: false, _time, _log);

        writer.Write("one\n"u8);
        await refused.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        writer.Write("two\n"u8);
        await loop.RunAsync(() => { });
        Assert.False(taken.Task.IsCompleted, "its writes wait");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("two\n", await taken.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        Assert.Equal(1, refusals);
        Assert.Contains("cannot be written to its log", Assert.Single(_log.Lines), StringComparison.Ordinal);
        await loop.RunAsync(pump.Dispose);
    }
}
