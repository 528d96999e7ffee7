// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Pelago.Kube;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;
using Pelago.Node.Simulation;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Probing;

public sealed class ContainerProbesTests : IAsyncLifetime
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ProbeClock _time = new();
    private readonly SimulatedRuntime _runtime;
    private int _verdicts;

    public ContainerProbesTests()
    {
        _runtime = new SimulatedRuntime(Cidr4.Parse("240.0.0.0/24"), (_, _) => throw new RuntimeException("NotFound", ""), _time);
        _listener.Start();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _runtime.DisposeAsync();
    }

    [Fact]
    public async Task The_period_is_from_begin_to_begin_however_long_a_probe_takes()
    {
        await using ContainerProbes probes = Start(head: 0);
        using (TcpClient first = await AskedAsync())
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            await AnswerAsync(first, "503 Busy");
        }
        await Eventually.TrueAsync(() => Volatile.Read(ref _verdicts) == 1, Cancel);

        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(1));

        using TcpClient second = await AskedAsync();
        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(10)], _time.Begun);
        await AnswerAsync(second, "503 Busy");
        await Eventually.TrueAsync(() => Volatile.Read(ref _verdicts) == 2, Cancel);
    }

    [Fact]
    public async Task A_container_that_was_found_running_is_asked_after_a_part_of_the_period()
    {
        await using ContainerProbes probes = Start(head: 0.5);

        _time.Advance(TimeSpan.FromSeconds(4.9));
        _time.Advance(TimeSpan.FromSeconds(0.1));

        using TcpClient first = await AskedAsync();
        Assert.Equal([TimeSpan.FromSeconds(5)], _time.Begun);
        await AnswerAsync(first, "200 OK");
        await Eventually.TrueAsync(() => probes.IsReady, Cancel);
    }

    [Fact]
    public async Task A_period_of_years_is_one_that_does_not_come()
    {
        await using ContainerProbes probes = Start(head: 0, period: int.MaxValue);

        using TcpClient first = await AskedAsync();
        await AnswerAsync(first, "200 OK");
        await Eventually.TrueAsync(() => probes.IsReady, Cancel);
    }

    private ContainerProbes Start(double head, int period = 10)
    {
        var sandbox = new PodSandboxStatus
        {
            Id = "s", CreatedAt = _time.GetUtcNow(), State = SandboxState.Ready, Address = "127.0.0.1",
            Spec = new PodSandboxSpec { Namespace = "default", Name = "a", Uid = "u" },
        };
        var probe = new V1Probe
        {
            PeriodSeconds = period, TimeoutSeconds = int.MaxValue, HttpGet = new V1HTTPGetAction { Port = $"{((IPEndPoint)_listener.LocalEndpoint).Port}" },
        };
        var container = new V1Container { Name = "main", ReadinessProbe = probe };
        return new ContainerProbes(
            container, new ProbeTarget(_runtime, sandbox, container, "c", "127.0.0.1"), _time.GetUtcNow(), wasStarted: false, wasReady: false, head, _time,
            () => { }, _ => Interlocked.Increment(ref _verdicts));
    }

    /// <summary>Each probe begins with setting the timer of its timeout, here the longest of all, within the call that advances the time to it.</summary>
    private sealed class ProbeClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
        /// <summary>When probes began.</summary>
        public ConcurrentQueue<TimeSpan> Begun { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == TimeSpan.FromSeconds(LongestTimer.Seconds))
                Begun.Enqueue(GetUtcNow() - Start);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    private Task<TcpClient> AskedAsync() => _listener.AcceptTcpClientAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);

    private static async Task AnswerAsync(TcpClient client, string status)
    {
        NetworkStream stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        while (await reader.ReadLineAsync(Cancel) is { Length: > 0 })
        {
        }
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), Cancel);
    }
}
