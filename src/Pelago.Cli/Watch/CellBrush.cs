// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Output;

namespace Pelago.Cli.Watch;

/// <summary>Puts cells one after the other into lines of a screen. Two in one character are a half block: one colour above, one below.</summary>
internal sealed class CellBrush(Screen screen, CellShape shape, int left, int top, int width, bool hasColours)
{
    private int _next;
    private CellLook _above;

    public void Add(CellLook look)
    {
        int character = _next / shape.PerCharacter;
        bool isAbove = shape.PerCharacter == 2 && _next % 2 == 0;
        _next++;
        if (isAbove)
            _above = look;
        else if (shape.PerCharacter == 2)
            PutHalves(character, _above, look);
        else
            PutWhole(character, look);
    }

    /// <summary>A last cell that has none below it.</summary>
    public void End()
    {
        if (shape.PerCharacter == 2 && _next % 2 == 1)
            PutHalves(_next / 2, _above, CellLook.None);
    }

    private void PutWhole(int cell, CellLook look)
    {
        if (look != CellLook.None)
            Put(cell, hasColours ? '■' : CellLooks.Letter(look), new Ink(CellLooks.Colour(look)));
    }

    private void PutHalves(int character, CellLook above, CellLook below)
    {
        short upper = CellLooks.Colour(above), lower = CellLooks.Colour(below);
        if (above == CellLook.None && below == CellLook.None)
            return;
        if (above == below)
            Put(character, '█', new Ink(upper));
        else if (above == CellLook.None)
            Put(character, '▄', new Ink(lower));
        else
            Put(character, '▀', new Ink(upper, lower));
    }

    private void Put(int cell, char character, Ink ink)
    {
        int inLine = width / shape.Columns;
        screen.Put(left + (cell % inLine * shape.Columns), top + (cell / inLine), character, ink);
    }
}
