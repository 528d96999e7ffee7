// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Output;

/// <summary>
/// What a long command is doing, on stderr: one line that is redrawn on a terminal, nothing in a pipe. Milestones (<see cref="Say"/>) are printed in both.
/// </summary>
internal sealed class Progress(bool quiet) : IDisposable
{
    private readonly bool _redraws = !quiet && !Console.IsErrorRedirected;
    private string _drawn = "";

    public void Show(string doing)
    {
        if (!_redraws || doing == _drawn)
            return;
        Console.Error.Write($"\r\e[K{Style.Dim("…")} {doing}");
        _drawn = doing;
    }

    public void Say(string done)
    {
        if (quiet)
            return;
        Clear();
        Console.Error.WriteLine(done);
    }

    /// <summary>Takes the redrawn line away, so that something else can be printed.</summary>
    public void Clear()
    {
        if (_drawn.Length > 0)
            Console.Error.Write("\r\e[K");
        _drawn = "";
    }

    public void Dispose() => Clear();
}
