// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary>Installs packages of the machine's Debian, without a question.</summary>
internal static class DebianPackages
{
    private const int WordsShown = 5;

    public static async Task InstallAsync(IReadOnlyCollection<string> packages, Progress progress, CancellationToken cancel)
    {
        string command = $"apt-get install {string.Join(' ', packages)}";
        if (!Environment.IsPrivilegedProcess)
            throw new CliException($"could not install {string.Join(", ", packages)}: it takes root: sudo {command}");
        progress.Show("reading what Debian has");
        await RunAsync(command, ["update", "-q"], cancel);
        progress.Show($"installing {string.Join(", ", packages)}");
        await RunAsync(command, ["install", "-y", "-q", "--no-install-recommends", .. packages], cancel);
        progress.Say($"installed {string.Join(", ", packages)}");
    }

    private static async Task RunAsync(string command, string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CliException($"could not run apt-get: {e.Message}: on other systems than Debian install by hand what '{Invocation.Program} doctor' names");
        }
        using (process)
        {
            Task<string> said = process.StandardOutput.ReadToEndAsync(cancel);
            string failed = await process.StandardError.ReadToEndAsync(cancel);
            await said;
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0)
                throw new CliException($"'{command}' ended with code {process.ExitCode}: {string.Join(' ', failed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(WordsShown))}");
        }
    }
}
