// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary><c>pelago doctor</c>: what this machine can and cannot do, and the exact fix. The daemon looks, for it is the one that will run pods.</summary>
internal static class DoctorCommand
{
    public static Command Build()
    {
        Option<string> output = CommandOptions.Output("table", "json");
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("doctor", "Say what this machine can and cannot do for Pelago, and how to mend it").WithExamples("""
            pelago doctor                     ends with 1 when something that clusters need is broken
            pelago doctor -q                  only what is not all it could be
            pelago doctor --fix               installs what is missing from Debian's packages (as root), then looks again
            pelago doctor -o json | jq '.checks[] | select(.result != "ok")'
            """);
        var fix = new Option<bool>("--fix") { Description = "Install the packages that are missing; needs root and apt-get" };
        foreach (Option option in new Option[] { fix, output, quiet })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) => RunAsync(CommandOptions.HomeOf(parsed), parsed.GetValue(fix), parsed.GetValue(output) ?? "table", parsed.GetValue(quiet), cancel));
        return command;
    }

    private static async Task<int> RunAsync(PelagoHome home, bool fix, string output, bool quiet, CancellationToken cancel)
    {
        DoctorReport report = await LookAsync(home, cancel);
        if (fix && report.Checks.SelectMany(check => check.Packages ?? []).ToHashSet() is { Count: > 0 } packages)
        {
            using var progress = new Progress(quiet);
            await DebianPackages.InstallAsync(packages, progress, cancel);
            report = await LookAsync(home, cancel);
        }
        if (output == "json")
            Console.Out.WriteLine(JsonSerializer.Serialize(report, Readable().DoctorReport));
        else
            Print(report, quiet);
        return report.Ok ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<DoctorReport> LookAsync(PelagoHome home, CancellationToken cancel) =>
        DoctorReport.Of([.. await DaemonChecksAsync(home, cancel), .. await ToolChecks.AllAsync(cancel)]);

    private static LocalJson Readable() => new(new JsonSerializerOptions(LocalJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>What the daemon's program says of this machine; that it cannot be run is a finding too.</summary>
    private static async Task<IReadOnlyList<DoctorCheck>> DaemonChecksAsync(PelagoHome home, CancellationToken cancel)
    {
        string daemon;
        try
        {
            daemon = DaemonProgram.Find("pelagod", "PELAGO_DAEMON");
        }
        catch (CliException e)
        {
            return [DoctorCheck.Fail("pelagod", e.Message, "build or install pelagod beside pelago, or set PELAGO_DAEMON to where it is")];
        }

        var start = new ProcessStartInfo(daemon) { ArgumentList = { "doctor", "--home", home.Root }, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new CliException("could not start pelagod to look at this machine");
        Task<string> words = process.StandardError.ReadToEndAsync(cancel);
        string json = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        try
        {
            if (process.ExitCode == DaemonExitCode.Done)
                return JsonSerializer.Deserialize(json, LocalJson.Default.DoctorReport)!.Checks;
        }
        catch (JsonException)
        {
            // Of another version, then: told below.
        }

        string reason = (await words).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("no words");
        return [DoctorCheck.Fail("pelagod", $"{daemon} ended with code {process.ExitCode}: {reason}", "install the .NET 10 runtime with ASP.NET Core (dotnet --list-runtimes shows what is there), or build again: ./pelago version")];
    }

    private static void Print(DoctorReport report, bool quiet)
    {
        DoctorCheck[] shown = [.. report.Checks.Where(check => !quiet || check.Result != DoctorCheck.Good)];
        int width = shown.Length == 0 ? 0 : shown.Max(check => check.Name.Length);
        foreach (DoctorCheck check in shown)
        {
            string mark = check.Result.PadRight(DoctorCheck.Warning.Length);
            string colored = check.Result switch { DoctorCheck.Good => Style.Good(mark), DoctorCheck.Warning => Style.Warn(mark), _ => Style.Bad(mark) };
            Console.Out.WriteLine($"{colored}   {check.Name.PadRight(width)}   {check.Says}");
            if (check.Fix is not null)
                Console.Out.WriteLine($"{new string(' ', mark.Length + width + 6)}{Style.Dim("fix: " + check.Fix)}");
        }

        if (quiet)
            return;
        int warnings = report.Checks.Count(check => check.Result == DoctorCheck.Warning), broken = report.Checks.Count(check => check.Result == DoctorCheck.Broken);
        Console.Out.WriteLine(report.Ok ? $"Clusters can run here; {warnings} warning(s)." : $"Clusters cannot run here: {broken} broken, {warnings} warning(s).");
    }
}
