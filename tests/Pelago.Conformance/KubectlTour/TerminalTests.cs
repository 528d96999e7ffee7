// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary>kubectl exec -it on a terminal of its own, which <c>script</c> makes.</summary>
public sealed class TerminalTests(TestCluster cluster) : KubectlTest(cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public async Task Size_of_the_terminal_reaches_the_container_at_the_start_and_when_it_changes(string version)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "/usr/bin/script is not installed (Debian: bsdutils)");
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("host", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/host", "--timeout=60s");
        const string Inside = "for s in '33 101' '40 120'; do until [ \"$(stty size)\" = \"$s\" ]; do sleep 0.1; done; echo \"seen $s\"; done; exit 5";

        using Process session = StartOnTerminal(kubectl.CommandLine(["exec", "-it", "host", "--", "sh", "-c", Inside]), "rows 33 cols 101");
        string terminal = await LineAsync(session, "/dev/pts/");
        await LineAsync(session, "seen 33 101");
        using (Process resize = Process.Start("stty", ["-F", terminal, "rows", "40", "cols", "120"]))
            await resize.WaitForExitAsync(Cancel);
        await LineAsync(session, "seen 40 120");
        Task<string> rest = session.StandardOutput.ReadToEndAsync(Cancel);
        await session.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);

        Assert.Equal(5, session.ExitCode);
        Assert.Contains("command terminated with exit code 5", await rest, StringComparison.Ordinal);
    }

    /// <summary>Says which terminal it has, sets its size and becomes the command.</summary>
    private static Process StartOnTerminal(string command, string size) =>
        Process.Start(new ProcessStartInfo("script", ["-qec", $"tty; stty {size}; exec {command}", "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;

    /// <summary>Reads up to the line that begins so.</summary>
    private static async Task<string> LineAsync(Process session, string beginning)
    {
        var before = new List<string>();
        while (await session.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, Cancel) is { } line)
        {
            line = line.Trim();
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
            before.Add(line);
        }
        throw new InvalidOperationException($"the session ended before \"{beginning}\":\n{string.Join('\n', before)}");
    }
}
