// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>A command that goes on until it is ended.</summary>
internal sealed class FollowedCommand : IAsyncDisposable
{
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
    public Task UntilCountAsync(int count) => Eventually.GetAsync(
        () =>
        {
            lock (_lines)
                return Task.FromResult((_lines.Count, Last: _lines.Count > 0 ? _lines[^1] : "", Errors: _errors.ToString()));
        },
        seen => seen.Count >= count, Cancel, TimeSpan.FromSeconds(40));

    public Task UntilAsync(Func<IReadOnlyCollection<string>, bool> condition) => Eventually.TrueAsync(() => condition(Lines), Cancel);

    public Task UntilSaidAsync(string text) => Eventually.TrueAsync(() => Errors.Contains(text, StringComparison.Ordinal), Cancel);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_lines)
                _lines.Add(line);
        }
    }
}
