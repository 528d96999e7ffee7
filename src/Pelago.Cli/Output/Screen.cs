// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;

namespace Pelago.Cli.Output;

/// <summary>
/// A full screen of characters. What was drawn is compared with what stands there, and only the difference is written, in one piece.
/// </summary>
internal sealed class Screen(Stream output, bool hasColours)
{
    /// <summary>Terminals that know it show a frame when it is whole; the others pass over it.</summary>
    private const string BeginFrame = "\e[?2026h", EndFrame = "\e[?2026l";
    private static readonly Glyph Blank = new(' ', Ink.Plain);
    private readonly StringBuilder _frame = new();
    private Glyph[] _drawn = [];
    private Glyph[] _standing = [];
    private Ink _ink;

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>How many bytes were written to the terminal.</summary>
    public long Written { get; private set; }

    /// <summary>Begins an empty picture. Of another size it is drawn from scratch.</summary>
    public void Clear(int width, int height)
    {
        if (width != Width || height != Height)
        {
            (Width, Height) = (width, height);
            _drawn = new Glyph[width * height];
            _standing = [];
        }

        Array.Fill(_drawn, Blank);
    }

    public void Put(int x, int y, char character, Ink ink)
    {
        if (x >= 0 && x < Width && y >= 0 && y < Height)
            _drawn[(y * Width) + x] = new Glyph(character, hasColours ? ink : ink with { Fore = Ink.Default, Back = Ink.Default });
    }

    /// <summary>Text on one line, cut where the screen ends; where the next one would begin.</summary>
    public int Put(int x, int y, string text, Ink ink)
    {
        foreach (char character in text)
            Put(x++, y, char.IsControl(character) ? '?' : character, ink);
        return x;
    }

    /// <summary>Writes what differs from what stands there.</summary>
    public void Flush()
    {
        _frame.Clear();
        if (_standing.Length != _drawn.Length)
        {
            _frame.Append("\e[0m\e[2J");
            _standing = new Glyph[_drawn.Length];
            Array.Fill(_standing, Blank);
            _ink = Ink.Plain;
        }

        int cursor = -1;
        for (int i = 0; i < _drawn.Length; i++)
        {
            if (_drawn[i] == _standing[i])
                continue;
            if (cursor != i)
                _frame.Append(CultureInfo.InvariantCulture, $"\e[{(i / Width) + 1};{(i % Width) + 1}H");
            Change(_drawn[i].Ink);
            _frame.Append(_drawn[i].Character);
            // Behind the last column a terminal may or may not go on with the next line.
            cursor = (i + 1) % Width == 0 ? -1 : i + 1;
        }

        if (_frame.Length == 0)
            return;
        _drawn.CopyTo(_standing, 0);
        byte[] bytes = Encoding.UTF8.GetBytes($"{BeginFrame}{_frame}{EndFrame}");
        output.Write(bytes);
        output.Flush();
        Written += bytes.Length;
    }

    private void Change(Ink ink)
    {
        if (ink == _ink)
            return;
        if (ink.IsBold != _ink.IsBold)
            _frame.Append(ink.IsBold ? "\e[1m" : "\e[22m");
        if (ink.Fore != _ink.Fore)
            Append(38, ink.Fore);
        if (ink.Back != _ink.Back)
            Append(48, ink.Back);
        _ink = ink;
    }

    private void Append(int which, short colour)
    {
        if (colour == Ink.Default)
            _frame.Append(CultureInfo.InvariantCulture, $"\e[{which + 1}m");
        else
            _frame.Append(CultureInfo.InvariantCulture, $"\e[{which};5;{colour}m");
    }

    private readonly record struct Glyph(char Character, Ink Ink);
}
