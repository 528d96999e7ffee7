// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Cli.Output;

namespace Pelago.Cli.Watch;

/// <summary>Draws the picture: what is watched, the counts, which are the legend too, the rate, the cells, and the keys.</summary>
/// <param name="title">What is watched, for people.</param>
internal sealed class GridView(LivePicture picture, string title, bool hasColours)
{
    private const int Head = 4;
    private const int Foot = 1;
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <param name="note">What is wrong at present; empty when all is well.</param>
    public void Draw(Screen screen, string note, bool isHeld)
    {
        DrawHead(screen);
        int height = screen.Height - Head - Foot;
        if (height < 1)
            return;
        IReadOnlyList<CellGroup> groups = picture.Groups;
        var layout = GridLayout.Of([.. groups.Select(group => (group.Name.Length, group.Size))], screen.Width, height, hasColours);
        if (layout.Bands.Count > 0)
            DrawBands(screen, groups, layout);
        else
            DrawFlow(screen, groups, layout);
        DrawFoot(screen, layout, note, isHeld);
    }

    private void DrawHead(Screen screen)
    {
        PodTally tally = picture.Tally;
        int x = screen.Put(0, 0, title, Ink.Bold);
        screen.Put(x, 0, $"  {Number(tally.Pods)} pods on {Number(tally.Nodes)} nodes, by {picture.Grouping.ToString().ToLowerInvariant()}", Ink.Plain);
        x = 0;
        foreach (CellLook look in CellLooks.InOrder.Where(look => tally[look] > 0))
        {
            string count = $"{Number(tally[look])} {CellLooks.Word(look)}";
            if (x + 2 + count.Length > screen.Width)
                break;
            screen.Put(x, 1, hasColours ? '■' : CellLooks.Letter(look), new Ink(CellLooks.Colour(look)));
            x = screen.Put(x + 2, 1, count, Ink.Plain) + 2;
        }

        DrawRate(screen, tally.Rates());
    }

    /// <summary>The last second in numbers, the last minute as bars.</summary>
    private static void DrawRate(Screen screen, (int Changes, int Ready)[] rates)
    {
        (int changes, int ready) = rates[^1];
        int x = screen.Put(0, 2, $"{Number(changes),7} changes/s  {Number(ready),7} ready/s  ", Ink.Plain);
        int most = Math.Max(1, rates.Max(rate => rate.Changes)), shown = Math.Min(rates.Length, screen.Width - x);
        for (int i = rates.Length - Math.Max(0, shown); i < rates.Length; i++)
        {
            int height = rates[i].Changes == 0 ? 0 : 1 + (int)((long)rates[i].Changes * (Bars.Length - 1) / most);
            screen.Put(x++, 2, height == 0 ? ' ' : Bars[height - 1], Ink.Dim);
        }
    }

    private void DrawBands(Screen screen, IReadOnlyList<CellGroup> groups, GridLayout layout)
    {
        for (int i = 0; i < groups.Count; i++)
        {
            GridBand band = layout.Bands[i];
            string name = groups[i].Name;
            screen.Put(band.X, Head + band.Y, name.Length > band.Label ? name[..(band.Label - 1)] + "…" : name, Ink.Dim);
            int cells = layout.Shape.InLine(band.Width) * band.Rows;
            var brush = new CellBrush(screen, layout.Shape, band.X + band.Label + 1, Head + band.Y, band.Width, hasColours);
            for (int cell = 0, first = 0; cell < cells && first < groups[i].Size; cell++, first += layout.PodsPerCell)
                brush.Add(groups[i].LookOf(first, layout.PodsPerCell));
            brush.End();
        }
    }

    private void DrawFlow(Screen screen, IReadOnlyList<CellGroup> groups, GridLayout layout)
    {
        var brush = new CellBrush(screen, layout.Shape, 0, Head, screen.Width, hasColours);
        if (layout.Gap < 0)
        {
            DrawMixed(brush, groups, layout.PodsPerCell);
            return;
        }

        foreach (CellGroup group in groups)
        {
            for (int first = 0; first < group.Size; first += layout.PodsPerCell)
                brush.Add(group.LookOf(first, layout.PodsPerCell));
            for (int gap = 0; gap < layout.Gap; gap++)
                brush.Add(CellLook.None);
        }

        brush.End();
    }

    private static void DrawMixed(CellBrush brush, IReadOnlyList<CellGroup> groups, int podsPerCell)
    {
        int taken = 0;
        var look = CellLook.None;
        foreach (CellGroup group in groups)
        {
            for (int slot = 0; slot < group.Size; slot++)
            {
                CellLook one = group.LookOf(slot, 1);
                look = one > look ? one : look;
                if (++taken < podsPerCell)
                    continue;
                brush.Add(look);
                (taken, look) = (0, CellLook.None);
            }
        }

        brush.Add(look);
        brush.End();
    }

    private static void DrawFoot(Screen screen, GridLayout layout, string note, bool isHeld)
    {
        int y = screen.Height - 1;
        string cell = layout.PodsPerCell > 1 ? $"  {Number(layout.PodsPerCell)} pods a cell: the worst" : "";
        if (note.Length > 0)
            screen.Put(0, y, note, new Ink(CellLooks.Colour(CellLook.Failed)));
        else
            screen.Put(0, y, $"q quit  n nodes  w workloads  s namespaces  space {(isHeld ? "go on" : "hold")}{cell}", Ink.Dim);
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
