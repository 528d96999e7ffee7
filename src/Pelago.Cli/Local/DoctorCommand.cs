// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Kube;

namespace Pelago.Cli.Local;

/// <summary><c>pelago doctor</c>: what this machine can and cannot do, and the exact fix. The daemon looks, for it is the one that will run pods.</summary>
internal static class DoctorCommand
{
    public static Command Build()
    {
        Option<string> output = CommonOptions.Output("table", "json");
        var command = new Command("doctor", "Say what this machine can and cannot do for Pelago, and how to mend it");
        command.Options.Add(output);
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetValue(output) ?? "table", cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string output, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(DaemonProgram.Find("pelagod", "PELAGO_DAEMON"))
        {
            ArgumentList = { "doctor", "--home", CommonOptions.HomeOf(parsed).Root }, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using Process process = Process.Start(start) ?? throw new CliException("could not start pelagod to look at this machine");
        string json = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
            throw new CliException($"pelagod doctor ended with code {process.ExitCode}");
        if (output == "json")
        {
            Console.Out.Write(json);
            return ExitCode.Done;
        }

        Print(KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(json)));
        return ExitCode.Done;
    }

    private static void Print(JsonObject report)
    {
        JsonObject[] checks = [.. (report.Array("checks") ?? []).OfType<JsonObject>()];
        int width = checks.Max(check => (check.String("name") ?? "").Length);
        foreach (JsonObject check in checks)
        {
            bool ok = check.Boolean("ok") == true;
            string mark = ok ? Style.Good("ok  ") : check.Boolean("needed") == true ? Style.Bad("no  ") : Style.Warn("gap ");
            Console.Out.WriteLine($"{mark}{(check.String("name") ?? "").PadRight(width)}   {check.String("says")}");
            if (!ok && check.String("fix") is { Length: > 0 } fix)
                Console.Out.WriteLine($"    {new string(' ', width)}   {Style.Dim("fix: " + fix)}");
        }
    }
}
