// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Pelago.Cli.Output;

namespace Pelago.Cli.Watch;

/// <summary>The picture in numbers, a line each second: columns under a header, or JSON.</summary>
internal sealed class CountLines(ClusterFeeds feeds, LivePicture picture, TimeProvider time, bool isJson)
{
    private const int LeastWidth = 6;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeforeTheFirst = TimeSpan.FromMilliseconds(50);
    private static readonly (string Header, Func<WatchCount, string> Value)[] Columns =
    [
        ("TIME", count => count.Time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)),
        ("PODS", count => Text(count.Pods)),
        ("NODES", count => Text(count.Nodes)),
        ("PENDING", count => Text(count.Pending)),
        ("SCHEDULED", count => Text(count.Scheduled)),
        ("STARTING", count => Text(count.Starting)),
        ("RUNNING", count => Text(count.Running)),
        ("READY", count => Text(count.Ready)),
        ("TERMINATING", count => Text(count.Terminating)),
        ("SUCCEEDED", count => Text(count.Succeeded)),
        ("FAILED", count => Text(count.Failed)),
        ("WAITING", count => Text(count.Waiting)),
        ("CHANGES", count => Text(count.Changes)),
    ];

    private string _said = "";
    private long _changes;
    private bool _hasHeader;

    /// <summary>Prints until cancelled, nobody reads any more, or there is nothing left to watch.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ticks = new PeriodicTimer(BeforeTheFirst, time);
        using var progress = new Progress(quiet: false);
        while (feeds.Fault is null && !Terminal.IsOutputClosed)
        {
            if (feeds.HasState)
            {
                if (ticks.Period != Period)
                    ticks.Period = Period;
                Say(progress);
                Print(progress);
            }
            else
            {
                progress.Show(feeds.Note);
            }

            try
            {
                await ticks.WaitForNextTickAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>What is wrong is said once.</summary>
    private void Say(Progress progress)
    {
        string note = feeds.Note;
        if (note.Length > 0 && note != _said)
            progress.Say($"pelago: {note}");
        else if (note.Length == 0 && _said.Length > 0)
            progress.Say("pelago: all clusters answer again");
        _said = note;
    }

    private void Print(Progress progress)
    {
        progress.Clear();
        WatchCount count;
        lock (picture.Gate)
        {
            count = WatchCount.Of(picture.Tally, time.GetUtcNow(), _changes);
            _changes = picture.Tally.Changes;
        }

        if (isJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(count, CliJson.Default.WatchCount));
            return;
        }

        if (!_hasHeader)
            Console.Out.WriteLine(string.Join("  ", Columns.Select(column => column.Header.PadLeft(WidthOf(column.Header)))));
        _hasHeader = true;
        Console.Out.WriteLine(string.Join("  ", Columns.Select(column => column.Value(count).PadLeft(WidthOf(column.Header)))));
    }

    private static int WidthOf(string header) => header == "TIME" ? "HH:mm:ss".Length : Math.Max(header.Length, LeastWidth);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
