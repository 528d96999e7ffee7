// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pelago.Cli.Dcsh;

/// <summary>The local terminal while a remote one is shown in it: every key goes there. As it was before, afterwards.</summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly PosixSignalRegistration _resized;
    private readonly string _before;

    public RawTerminal(Func<(int Width, int Height), Task> resize)
    {
        _before = Stty("-g").Trim();
        Stty("raw", "-echo");
        void Resize() => _ = resize((Console.WindowWidth, Console.WindowHeight));
        _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize());
        Resize();
    }

    public void Dispose()
    {
        _resized.Dispose();
        Stty(_before);
    }

    private static string Stty(params string[] arguments)
    {
        var start = new ProcessStartInfo("stty", arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new CliException("stty could not be started: it prepares the terminal");
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return answer;
    }
}
