// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json;
using Pelago.Client.Local;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary><c>pelagod doctor</c>: looks at this machine with the eyes of the program that runs pods on it, changes nothing, prints JSON.</summary>
internal static class DoctorCommand
{
    public static Command Build()
    {
        var command = new Command("doctor", "Look at this machine; prints JSON for 'pelago doctor'");
        command.SetAction((parsed, cancel) => RunAsync(DaemonCommandLine.HomeOf(parsed), cancel));
        return command;
    }

    private static async Task<int> RunAsync(PelagoHome home, CancellationToken cancel)
    {
        DoctorCheck[] checks =
        [
            .. MachineChecks.All(home),
            .. HomeChecks.All(home),
            .. IsolationChecks.All(),
            .. LimitChecks.All(),
            .. PortChecks.All(home),
            .. await DnsChecks.AllAsync(home, cancel),
            .. StateChecks.All(home, cancel),
        ];
        Console.Out.WriteLine(JsonSerializer.Serialize(DoctorReport.Of(checks), LocalJson.Default.DoctorReport));
        return DaemonExitCode.Done;
    }
}
