// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pelago.TestKit;

/// <summary>Keeps what is logged from a level upwards, in order, each line with its exception: what a test asserts about, or shows where it fails.</summary>
public sealed class RecordedLog(LogLevel least = LogLevel.Trace) : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= least)
            _lines.Enqueue(exception is null ? formatter(state, null) : $"{formatter(state, exception)} {exception}");
    }

    public override string ToString() => string.Join('\n', _lines);

    public void Dispose()
    {
    }
}
