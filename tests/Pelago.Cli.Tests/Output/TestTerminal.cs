// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Cli.Tests.Output;

/// <summary>Does what a terminal does with the few sequences that a screen sends, and fails on any other.</summary>
internal sealed class TestTerminal(int width, int height)
{
    private readonly (char Character, string Ink)[] _page = new (char, string)[width * height];
    private int _x;
    private int _y;
    private string _fore = "39";
    private string _back = "49";
    private string _weight = "22";

    /// <summary>Sequences that are neither text, place nor ink.</summary>
    public List<string> Others { get; } = [];

    public string[] Lines => [.. Enumerable.Range(0, height).Select(y => string.Concat(Enumerable.Range(0, width).Select(x => _page[(y * width) + x].Character)).TrimEnd())];

    public string InkAt(int x, int y) => _page[(y * width) + x].Ink;

    public void Receive(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        for (int i = 0; i < text.Length;)
            i = text[i] == '\e' ? Sequence(text, i) : Print(text, i);
    }

    private int Print(string text, int at)
    {
        if (_x >= width)
            throw new InvalidOperationException("text behind the last column");
        _page[(_y * width) + _x++] = (text[at], $"{_fore} {_back} {_weight}");
        return at + 1;
    }

    private int Sequence(string text, int at)
    {
        int end = at + 2;
        while (!char.IsAsciiLetter(text[end]))
            end++;
        string parameters = text[(at + 2)..end];
        switch (text[end])
        {
            case 'H':
                int[] place = [.. parameters.Split(';').Select(number => int.Parse(number, CultureInfo.InvariantCulture) - 1)];
                (_y, _x) = (place[0], place[1]);
                break;
            case 'm':
                Ink(parameters);
                break;
            case 'J' when parameters == "2":
                Array.Fill(_page, (' ', "39 49 22"));
                break;
            default:
                Others.Add(text[at..(end + 1)]);
                break;
        }

        return end + 1;
    }

    private void Ink(string parameters)
    {
        if (parameters == "0")
            (_fore, _back, _weight) = ("39", "49", "22");
        else if (parameters.StartsWith("38;5;", StringComparison.Ordinal) || parameters == "39")
            _fore = parameters;
        else if (parameters.StartsWith("48;5;", StringComparison.Ordinal) || parameters == "49")
            _back = parameters;
        else if (parameters is "1" or "22")
            _weight = parameters;
        else
            throw new InvalidOperationException($"unknown ink {parameters}");
    }
}
