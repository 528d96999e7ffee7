// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>The <c>pelagod</c> that was built with these tests.</summary>
internal static class DaemonProcess
{
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "pelagod");

    /// <summary>Runs to its end what is not meant to go on; clusters are of processes, as those of <see cref="StartAsync"/>.</summary>
    public static Task<ProgramResult> RunAsync(string home, params string[] arguments) => ProgramRun.RunAsync(
        Program, [.. arguments, .. arguments[0] == "run" ? (string[])["--runtime", "process"] : [], "--home", home], null, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    /// <summary>Returns when the clusters are ready.</summary>
    public static async Task<RunningDaemon> StartAsync(PelagoHome home)
    {
        var daemon = new RunningDaemon(Program, home.Root);
        try
        {
            await daemon.StartAsync(TestContext.Current.CancellationToken);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }
}
