// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>What is written while somebody follows: each line once and in order.</summary>
public sealed class TailFollowTests(FilesHome home) : IClassFixture<FilesHome>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restarts_and_tasks_that_come_later_are_followed()
    {
        await using var tail = Followed.Start(home, "tail", "-f", "-q", "-n", "1000", "worker");
        await home.AddAsync("worker-1", "echo first $NAME; sleep 1; echo last $NAME");
        await tail.UntilAsync(lines => lines.Count(line => line == "last worker-1") >= 2);
        await home.AddAsync("worker-2", "echo first $NAME; exec sleep 1000");
        await tail.UntilAsync(lines => lines.Contains("first worker-2"));

        string[] ofOne = [.. tail.Lines.Where(line => line.EndsWith("worker-1", StringComparison.Ordinal))];
        Assert.All(ofOne.Index(), item => Assert.Equal(item.Index % 2 == 0 ? "first worker-1" : "last worker-1", item.Item));
        Assert.Single(tail.Lines, line => line == "first worker-2");
    }

    [Fact]
    public async Task Log_that_is_rotated_meanwhile_comes_once_and_in_order()
    {
        const int Count = 250_000; // More than a file of a log holds.
        await using var tail = Followed.Start(home, "tail", "-f", "-n", "1000000", "counter");
        await home.AddAsync("counter", $"seq 1 {Count}; exec sleep 1000");
        await tail.UntilCountAsync(Count);

        Assert.Equal(Enumerable.Range(1, Count).Select(number => $"{number}"), tail.Lines);
    }

    [Fact]
    public async Task File_is_followed_over_rotation_and_truncation()
    {
        await home.AddAsync("writer", """
            echo 1 >f; sleep 2; echo 2 >>f; mv f f.1; echo 3 >f; sleep 1; echo 4 >>f; sleep 1; : >f; sleep 1; echo 5 >f; exec sleep 1000
            """);
        await using var tail = Followed.Start(home, "tail", "-f", "-n", "1000", "writer", "f");
        await tail.UntilAsync(lines => lines.Contains("5"));

        Assert.Equal(["1", "2", "3", "4", "5"], tail.Lines);
    }

    /// <summary>A command that goes on until it is ended.</summary>
    private sealed class Followed : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly List<string> _lines = [];
        private readonly StringBuilder _errors = new();
        private readonly Task _reading;

        private Followed(Process process)
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

        public string[] Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public static Followed Start(FilesHome home, params string[] arguments) => new(Process.Start(new ProcessStartInfo(CliProcess.Program, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PELAGO_HOME"] = home.Root },
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
}
