// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Output;

namespace Pelago.Cli.Watch;

/// <summary>The live grid on a terminal, until <c>q</c> or Ctrl-C.</summary>
internal sealed class GridSession(ClusterFeeds feeds, LivePicture picture, GridView view, TimeProvider time)
{
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(100);
    private readonly long _began = time.GetTimestamp();
    private (long Version, long Second, (int, int) Size, string Note, bool IsHeld) _drawn;
    private bool _isHeld;

    /// <summary>Takes the calling thread until it is over.</summary>
    public void Run(CancellationToken cancel)
    {
        using Stream output = Console.OpenStandardOutput();
        using var terminal = new Terminal(output);
        var screen = new Screen(output, Style.Allowed);
        bool isOver = false;
        while (!isOver && !cancel.IsCancellationRequested && feeds.Fault is null)
        {
            long began = time.GetTimestamp();
            Draw(screen);
            // A key is heeded at once, and seen with the next frame.
            for (TimeSpan left = FrameTime; !isOver && left > TimeSpan.Zero && !cancel.IsCancellationRequested; left = FrameTime - time.GetElapsedTime(began))
                isOver = Heed(terminal.ReadKey(left, cancel));
        }
    }

    private void Draw(Screen screen)
    {
        (int width, int height) = Terminal.Size;
        string note = feeds.Note;
        lock (picture.Gate)
        {
            var wanted = (picture.Version, (long)time.GetElapsedTime(_began).TotalSeconds, (width, height), note, _isHeld);
            bool isFrozen = _isHeld && _drawn.IsHeld && _drawn.Size == (width, height);
            if (wanted == _drawn || isFrozen)
                return;
            _drawn = wanted;
            screen.Clear(width, height);
            view.Draw(screen, note, _isHeld);
        }

        screen.Flush();
    }

    /// <summary>True when it was the last one.</summary>
    private bool Heed(char key)
    {
        if (key == ' ')
            _isHeld = !_isHeld;
        Grouping? grouping = key switch
        {
            'n' => Grouping.Node,
            'w' => Grouping.Workload,
            's' => Grouping.Namespace,
            _ => null,
        };
        if (grouping is { } other && other != picture.Grouping)
        {
            lock (picture.Gate)
                picture.GroupBy(other);
            _isHeld = false;
        }

        return key == 'q';
    }
}
