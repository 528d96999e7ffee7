// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Output;

/// <summary>A shell command on a terminal of 100 by 20, by way of script(1): what it prints is read as it comes, keys are sent when a test says so.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const int Width = 100, Height = 20;
    private const string EndOfFrame = "\e[?2026l";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly char[] _buffer = new char[4096];

    private PseudoTerminal(Process process) => _process = process;

    public static PseudoTerminal Start(string home, string command)
    {
        var start = new ProcessStartInfo("script", ["-qec", $"stty cols {Width} rows {Height}; {command}", "/dev/null"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["PELAGO_HOME"] = home;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment.Remove("NO_COLOR");
        return new PseudoTerminal(Process.Start(start) ?? throw new InvalidOperationException("could not start script"));
    }

    /// <summary>Reads on until this stands on the full screen.</summary>
    public async Task UntilAsync(string text)
    {
        using CancellationTokenSource patience = Wait();
        while (!Screen().Contains(text, StringComparison.Ordinal))
            Assert.True(await ReadAsync(patience.Token), $"it ended without '{text}': {_output}");
    }

    /// <summary>Reads on until this was printed, on whatever page.</summary>
    public async Task UntilPrintedAsync(string text)
    {
        using CancellationTokenSource patience = Wait();
        while (!_output.ToString().Contains(text, StringComparison.Ordinal))
            Assert.True(await ReadAsync(patience.Token), $"it ended without '{text}': {_output}");
    }

    public void Press(char key)
    {
        _process.StandardInput.Write(key);
        _process.StandardInput.Flush();
    }

    /// <summary>Reads to the end.</summary>
    public async Task<ProgramResult> EndAsync()
    {
        using CancellationTokenSource patience = Wait();
        while (await ReadAsync(patience.Token))
        {
            // What it prints is kept.
        }

        await _process.WaitForExitAsync(patience.Token);
        return new ProgramResult(_process.ExitCode, _output.ToString(), "");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    /// <summary>What stands there after the last whole frame.</summary>
    private string Screen()
    {
        string[] pages = _output.ToString().Split("\e[?1049h");
        int end = pages[^1].LastIndexOf(EndOfFrame, StringComparison.Ordinal);
        if (pages.Length == 1 || end < 0)
            return "";
        var terminal = new TestTerminal(Width, Height);
        terminal.Receive(Encoding.UTF8.GetBytes(pages[^1][..end]));
        return string.Join('\n', terminal.Lines);
    }

    private static CancellationTokenSource Wait()
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        return patience;
    }

    private async Task<bool> ReadAsync(CancellationToken cancel)
    {
        int read = await _process.StandardOutput.ReadAsync(_buffer, cancel);
        _output.Append(_buffer, 0, read);
        return read > 0;
    }
}
