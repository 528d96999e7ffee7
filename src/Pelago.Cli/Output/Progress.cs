// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Output;

/// <summary>
/// What a long command is doing, on stderr: one line that is redrawn on a terminal, nothing in a pipe. Milestones (<see cref="Say"/>) are printed in both.
/// </summary>
internal sealed class Progress(bool quiet) : IDisposable
{
    private readonly bool _redraws = !quiet && !Console.IsErrorRedirected;
    private bool _drawn;

    public void Show(string doing)
    {
        if (!_redraws)
            return;
        Console.Error.Write($"\r\e[K{Style.Dim("…")} {doing}");
        _drawn = true;
    }

    public void Say(string done)
    {
        if (quiet)
            return;
        Clear();
        Console.Error.WriteLine(done);
    }

    public void Dispose() => Clear();

    private void Clear()
    {
        if (_drawn)
            Console.Error.Write("\r\e[K");
        _drawn = false;
    }
}
