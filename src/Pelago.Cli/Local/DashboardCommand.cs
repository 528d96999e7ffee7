// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary><c>pelago dashboard</c>: a link that lets a browser into the page.</summary>
internal static class DashboardCommand
{
    private const int LongestName = 400;

    public static Command Build()
    {
        var user = new Option<string?>("--as") { Description = "Whom the session acts as, by the RBAC of each cluster (default: the owner of the home)", HelpName = "USER" };
        var group = new Option<string?>("--as-group") { Description = "A group of that user", HelpName = "GROUP" };
        Option<string> output = CommandOptions.Output("text", "json");
        var command = new Command("dashboard", "Print a link to the page, good once and for five minutes").WithExamples("""
            pelago dashboard
            xdg-open "$(pelago dashboard)"
            pelago dashboard --as system:serviceaccount:shop:viewer   what somebody else would see
            """);
        foreach (Option option in new Option[] { user, group, output })
            command.Options.Add(option);
        command.SetAction(parsed => Run(CommandOptions.HomeOf(parsed), parsed.GetValue(user), parsed.GetValue(group), parsed.GetValue(output) == "json"));
        return command;
    }

    private static int Run(PelagoHome home, string? user, string? group, bool json)
    {
        if (group is not null && user is null)
            throw new CliException("--as-group needs --as: a group alone is nobody", ExitCode.Usage);
        if (user is "" || (user ?? "").Length > LongestName || (group ?? "").Length > LongestName || $"{user}{group}".Any(char.IsControl))
            throw new CliException($"--as and --as-group: a name of 1 to {LongestName} characters", ExitCode.Usage);
        DaemonRecord record = home.ReadDaemon() ?? throw new CliException($"no daemon runs on {home.Root}: '{Invocation.Of(home)} up --detach' starts one", ExitCode.NothingMatched);
        string link = DashboardLink.Of(home, record, user ?? "", group ?? "")
            ?? throw new CliException($"the daemon (pid {record.Pid}) serves no page: see {home.LogFile} for why", ExitCode.Failed);
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(new DashboardResult(link), CliJson.Default.DashboardResult) : link);
        return ExitCode.Done;
    }
}
