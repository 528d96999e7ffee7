// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using Pelago.Node.Logs;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Logs;

/// <summary>Logs whose files are open only while there is something to write.</summary>
public sealed class ContainerLogTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly OpenLogs _open = new(most: 2);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void More_logs_than_may_be_open_all_have_what_was_printed()
    {
        ContainerLog[] logs = [.. Enumerable.Range(0, 5).Select(Make)];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < logs.Length; i++)
                logs[i].Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{i} says {round}\n")), LogStream.Stdout);
        }

        Assert.Equal(2, OpenFiles().Distinct().Count());
        foreach (ContainerLog log in logs)
            log.Dispose();
        Assert.Empty(OpenFiles());
        for (int i = 0; i < logs.Length; i++)
            Assert.Equal([$"{i} says 0", $"{i} says 1", $"{i} says 2"], File.ReadAllLines(PathOf(i)).Select(line => line[(line.IndexOf(" F ", StringComparison.Ordinal) + 3)..]));
    }

    [Fact]
    public void A_log_that_was_cut_while_it_rested_goes_on_without_a_hole()
    {
        using ContainerLog log = Make(0);
        log.Append("one\n"u8, LogStream.Stdout);
        log.Rest();
        File.WriteAllText(PathOf(0), "");

        log.Append("two\n"u8, LogStream.Stdout);

        Assert.EndsWith("stdout F two", Assert.Single(File.ReadAllLines(PathOf(0))), StringComparison.Ordinal);
    }

    private string PathOf(int log) => _home[string.Create(CultureInfo.InvariantCulture, $"{log}/0.log")];

    private ContainerLog Make(int log) => new(PathOf(log), Path.GetDirectoryName(PathOf(log))!, new LogRotation(), TimeProvider.System, _open);

    private IEnumerable<string> OpenFiles() => Directory.EnumerateFiles("/proc/self/fd")
        .Select(descriptor => new FileInfo(descriptor).LinkTarget ?? "").Where(file => file.StartsWith(_home.Path, StringComparison.Ordinal) && file.EndsWith(".log", StringComparison.Ordinal));
}
