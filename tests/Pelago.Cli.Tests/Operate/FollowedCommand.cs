// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>A command that goes on until it is ended.</summary>
internal sealed class FollowedCommand : IAsyncDisposable
{
    /// <summary>Tasks begin and end meanwhile, on machines that have other work.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;

    private FollowedCommand(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, said) =>
        {
            lock (_lines)
                _errors.AppendLine(said.Data);
        };
        process.BeginErrorReadLine();
        _reading = ReadAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string[] Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public string Errors
    {
        get
        {
            lock (_lines)
                return _errors.ToString();
        }
    }

    public static FollowedCommand Start(string home, params string[] arguments) => new(Process.Start(new ProcessStartInfo(CliProcess.Program, arguments)
    {
        UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PELAGO_HOME"] = home },
    })!);

    /// <summary>Without a copy of them at each look.</summary>
    public Task UntilCountAsync(int count) => UntilAsync(() => _lines.Count >= count);

    public Task UntilAsync(Func<IReadOnlyCollection<string>, bool> condition) => UntilAsync(() => condition(_lines));

    public Task UntilSaidAsync(string text) => UntilAsync(() => _errors.ToString().Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        _process.Dispose();
    }

    /// <summary>A failure shows what it has written by then: how many lines, the last ones, and what it said.</summary>
    private Task UntilAsync(Func<bool> condition) => Eventually.GetAsync(
        () =>
        {
            lock (_lines)
                return Task.FromResult(condition() ? "" : $"{_lines.Count} lines, the last: {string.Join(" | ", _lines.TakeLast(12))}; said: {_errors}");
        },
        missing => missing.Length == 0, Cancel, Patience);

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_lines)
                _lines.Add(line);
        }
    }
}
