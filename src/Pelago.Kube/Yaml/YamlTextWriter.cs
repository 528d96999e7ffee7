// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube;

/// <summary>Writes scalars in a style and keeps the column, on which folding depends. Folds as libyaml does: at the first space after column 80.</summary>
internal sealed class YamlTextWriter(StringBuilder text)
{
    private const int BestWidth = 80;
    private int _column;

    public StringBuilder Text => text;

    public void Write(string part)
    {
        text.Append(part);
        _column += part.Length;
    }

    public void NewLine(int indent)
    {
        text.Append('\n').Append(' ', indent);
        _column = indent;
    }

    /// <summary><paramref name="indent"/> is where further lines of the scalar start.</summary>
    public void WriteScalar(string value, YamlTextStyle style, int indent, bool fold)
    {
        switch (style)
        {
            case YamlTextStyle.Plain:
                WriteFolded(value, indent, fold, quoted: false);
                break;
            case YamlTextStyle.SingleQuoted:
                Write('\'');
                WriteFolded(value, indent, fold, quoted: true);
                Write('\'');
                break;
            case YamlTextStyle.DoubleQuoted:
                WriteEscaped(value, indent, fold);
                break;
            default:
                WriteLiteral(value, indent);
                break;
        }
    }

    private void Write(char character)
    {
        text.Append(character);
        _column++;
    }

    private bool IsFold(string value, int at, bool fold, bool afterSpace, bool inner) =>
        fold && !afterSpace && value[at] == ' ' && _column > BestWidth && (!inner || (at > 0 && at < value.Length - 1));

    private void WriteFolded(string value, int indent, bool fold, bool quoted)
    {
        bool afterSpace = false;
        for (int i = 0; i < value.Length; i++)
        {
            bool nextIsSpace = i + 1 < value.Length && value[i + 1] == ' ';
            if (!nextIsSpace && IsFold(value, i, fold, afterSpace, quoted))
            {
                NewLine(indent);
            }
            else
            {
                if (quoted && value[i] == '\'')
                    Write('\'');
                Write(value[i]);
            }

            afterSpace = value[i] == ' ';
        }
    }

    private void WriteEscaped(string value, int indent, bool fold)
    {
        Write('"');
        bool afterSpace = false;
        for (int i = 0; i < value.Length; i++)
        {
            char character = value[i];
            if (IsFold(value, i, fold, afterSpace, inner: true))
            {
                NewLine(indent);
                if (value[i + 1] == ' ')
                    Write('\\');
            }
            else if (char.IsSurrogatePair(value, i))
            {
                Write($"\\U{char.ConvertToUtf32(value, i++):X8}");
            }
            else if (character is '"' or '\\' or '\n' || YamlTextStyles.IsSpecial(character))
            {
                Write(Escape(character));
            }
            else
            {
                Write(character);
            }

            afterSpace = character == ' ';
        }

        Write('"');
    }

    private static string Escape(char character) => character switch
    {
        '\0' => "\\0",
        '\a' => "\\a",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\v' => "\\v",
        '\f' => "\\f",
        '\r' => "\\r",
        '\x1b' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u0085' => "\\N",
        '\u2028' => "\\L",
        '\u2029' => "\\P",
        <= '\xff' => $"\\x{(int)character:X2}",
        _ => $"\\u{(int)character:X4}",
    };

    private void WriteLiteral(string value, int indent)
    {
        Write('|');
        if (value[0] is ' ' or '\n')
            Write('2');
        if (!value.EndsWith('\n'))
            Write('-');
        else if (value.Length == 1 || value[^2] == '\n')
            Write('+');
        string body = value.EndsWith('\n') ? value[..^1] : value;
        foreach (ReadOnlySpan<char> line in body.EnumerateLines())
        {
            text.Append('\n');
            if (!line.IsEmpty)
                text.Append(' ', indent).Append(line);
        }
    }
}
