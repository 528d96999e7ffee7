// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using Pelago.Kube;
using Pelago.Node.Serving;
using Xunit;

namespace Pelago.Node.Tests.Serving;

public sealed class PatientStreamTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _body = new();
    private readonly PatientStream _stream;
    private readonly byte[] _buffer = new byte[10];

    public PatientStreamTests() => _stream = new PatientStream(_body.Reader.AsStream(), TimeSpan.FromSeconds(60), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _stream.Dispose();

    [Fact]
    public async Task A_sender_who_is_silent_for_too_long_is_answered_with_408()
    {
        Task<int> reading = _stream.ReadAsync(_buffer, Cancel).AsTask();

        _time.Advance(TimeSpan.FromSeconds(61));

        ApiStatusException late = await Assert.ThrowsAsync<ApiStatusException>(() => reading);
        Assert.Equal(408, late.Status.Code);
    }

    [Fact]
    public async Task A_slow_sender_is_waited_for_anew_with_each_read()
    {
        for (int i = 0; i < 3; i++)
        {
            Task<int> reading = _stream.ReadAsync(_buffer, Cancel).AsTask();
            _time.Advance(TimeSpan.FromSeconds(59));
            await _body.Writer.WriteAsync(new byte[] { 1 }, Cancel);

            Assert.Equal(1, await reading);
        }
    }

    [Fact]
    public async Task Who_reads_may_cancel()
    {
        using var stop = new CancellationTokenSource();
        Task<int> reading = _stream.ReadAsync(_buffer, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }
}
