// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Store;

namespace Pelago.Daemon.Inspection;

/// <summary><c>pelagod store check PATH</c>.</summary>
internal static class StoreCommand
{
    public static Command Build()
    {
        var path = new Argument<string>("path") { Description = "The state file: HOME/clusters/NAME/state.db" };
        var check = new Command("check", "Verify a state file without changing it; a daemon may have it open");
        check.Arguments.Add(path);
        check.SetAction((parsed, cancel) => Task.FromResult(Check(parsed.GetValue(path)!, cancel)));
        var store = new Command("store", "Look at state files");
        store.Subcommands.Add(check);
        return store;
    }

    private static int Check(string path, CancellationToken cancel)
    {
        StateReport report = StateFile.Check(path, cancel);
        foreach (StateFinding finding in report.Findings)
            Console.Out.WriteLine(finding);
        Console.Out.WriteLine(
            $"{(report.IsSound ? "sound" : $"{report.Findings.Count} finding(s)")}: {report.Objects} objects in {report.Rows} rows, revision {report.Revision}, history since {report.CompactedRevision}");
        return report.IsSound ? 0 : 1;
    }
}
