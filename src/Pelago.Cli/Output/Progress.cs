// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Output;

/// <summary>
/// What a long command is doing, on stderr: one line that is redrawn on a terminal, nothing in a pipe. Milestones (<see cref="Say"/>) are printed in both.
/// </summary>
internal sealed class Progress(bool quiet) : IDisposable
{
    private bool _redraws = !quiet && !Console.IsErrorRedirected;
    private string _drawn = "";

    public void Show(string doing)
    {
        if (!_redraws || doing == _drawn)
            return;
        _drawn = doing;
        Write($"\r\e[K{Style.Dim("…")} {doing}");
    }

    public void Say(string done)
    {
        if (quiet)
            return;
        Clear();
        Write(done + Environment.NewLine);
    }

    /// <summary>Takes the redrawn line away, so that something else can be printed.</summary>
    public void Clear()
    {
        if (_drawn.Length > 0)
            Write("\r\e[K");
        _drawn = "";
    }

    public void Dispose() => Clear();

    private void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (IOException)
        {
            // The terminal was closed: nobody reads it, and what is being done must still come to its end.
            (_redraws, _drawn) = (false, "");
        }
    }
}
