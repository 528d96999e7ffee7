// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube.Schema;

/// <summary>
/// Rewrites one RE2 pattern for .NET: <c>$</c> is the very end, \d \w \s are ASCII, <c>(?P&lt;name&gt;</c>, <c>\pL</c>, <c>[[:alpha:]]</c>.
/// </summary>
internal sealed class Re2Translation(string pattern)
{
    private static readonly Dictionary<string, string> Posix = new()
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly StringBuilder _result = new(pattern.Length + 16);
    private int _at;
    private bool _inClass;

    public string Run()
    {
        while (_at < pattern.Length)
        {
            if (pattern[_at] == '\\' && _at + 1 < pattern.Length)
                Escape();
            else if (_inClass)
                InsideClass();
            else
                Outside();
        }
        return _result.ToString();
    }

    private void Outside()
    {
        char c = pattern[_at];
        if (c == '[')
            OpenClass();
        else if (c == '$')
            Replace(1, @"\z");
        else if (pattern.AsSpan(_at).StartsWith("(?P<"))
            Replace(4, "(?<");
        else
            Replace(1, c.ToString());
    }

    private void InsideClass()
    {
        if (PosixClass() is { } name)
        {
            Replace(name.Length + 4, Posix[name]);
            return;
        }
        _inClass = pattern[_at] != ']';
        Replace(1, pattern[_at] == '[' ? @"\[" : pattern[_at].ToString());
    }

    /// <summary>A <c>]</c> that comes first in a class is itself.</summary>
    private void OpenClass()
    {
        _inClass = true;
        Replace(1, "[");
        if (_at < pattern.Length && pattern[_at] == '^')
            Replace(1, "^");
        if (_at < pattern.Length && pattern[_at] == ']')
            Replace(1, @"\]");
    }

    private string? PosixClass()
    {
        if (!pattern.AsSpan(_at).StartsWith("[:"))
            return null;
        int end = pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        string name = end < 0 ? "" : pattern[(_at + 2)..end];
        return Posix.ContainsKey(name) ? name : null;
    }

    private void Escape()
    {
        char c = pattern[_at + 1];
        if (c is 'p' or 'P' && _at + 2 < pattern.Length && pattern[_at + 2] != '{')
            Replace(3, $"\\{c}{{{pattern[_at + 2]}}}");
        else
            Replace(2, _inClass ? EscapeInClass(c) : EscapeOutside(c));
    }

    private static string EscapeInClass(char c) => c switch
    {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => @"\t\n\f\r ",
        _ => $"\\{c}",
    };

    private static string EscapeOutside(char c) => c switch
    {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => @"[\t\n\f\r ]",
        'S' => @"[^\t\n\f\r ]",
        _ => $"\\{c}",
    };

    private void Replace(int taken, string with)
    {
        _result.Append(with);
        _at += taken;
    }
}
