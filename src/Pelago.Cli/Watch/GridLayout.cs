// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Watch;

/// <summary>
/// Where the groups stand. Each has a label and lines of its own, in as many columns as it takes; when there are too many for that, all flow
/// one after the other without labels. However many pods there are, they fit: a cell stands for several then.
/// </summary>
/// <param name="PodsPerCell">How many places of a group one cell stands for.</param>
/// <param name="Bands">Empty when the groups flow.</param>
/// <param name="Gap">When they flow: the empty cells between two of them; less than 0: a cell may stand for pods of several.</param>
internal sealed record GridLayout(CellShape Shape, int PodsPerCell, IReadOnlyList<GridBand> Bands, int Gap)
{
    private const int LongestLabel = 28;
    private const int LeastWidth = 8;
    private const int Margin = 2;

    /// <param name="groups">How long their names are, and how many places they have.</param>
    public static GridLayout Of(IReadOnlyList<(int Name, int Size)> groups, int width, int height, bool hasColours)
    {
        int largest = groups.Count == 0 ? 0 : groups.Max(group => group.Size), label = groups.Count == 0 ? 0 : groups.Max(group => group.Name);
        if ((InBands(CellShape.Wide, 1) ?? InBands(CellShape.Single, 1)) is { } roomy)
            return roomy;
        CellShape dense = hasColours ? CellShape.Half : CellShape.Single;
        for (int pods = 1; ; pods = Next(pods))
        {
            if (InBands(dense, pods) is { } placed)
                return placed;
            if (pods >= largest)
                return Flow(groups, dense, (long)width * height * dense.PerCharacter);
        }

        GridLayout? InBands(CellShape shape, int pods)
        {
            for (int columns = 1; Columns(columns, width, label, out GridBand band); columns++)
            {
                // Each takes a line at least.
                if (groups.Count <= (long)columns * height && Place(groups, band, columns, height, shape.InLine(band.Width) * pods) is { } bands)
                    return new GridLayout(shape, pods, bands, 0);
            }

            return null;
        }
    }

    private static int Next(int pods) => pods + Math.Max(1, pods / 8);

    private static bool Columns(int columns, int width, int longest, out GridBand band)
    {
        int each = (width - ((columns - 1) * Margin)) / columns, label = Math.Min(Math.Min(longest, LongestLabel), each / 2);
        band = new GridBand(0, 0, label, each - label - 1, 0);
        return band.Width >= LeastWidth;
    }

    private static List<GridBand>? Place(IReadOnlyList<(int Name, int Size)> groups, GridBand band, int columns, int height, int podsInLine)
    {
        var bands = new List<GridBand>(groups.Count);
        int column = 0, y = 0, step = band.Label + 1 + band.Width + Margin;
        foreach ((_, int size) in groups)
        {
            int rows = Math.Max(1, Divide(size, podsInLine));
            if (y + rows > height)
                (column, y) = (column + 1, 0);
            if (column == columns || rows > height)
                return null;
            bands.Add(band with { X = column * step, Y = y, Rows = rows });
            y += rows;
        }

        return bands;
    }

    private static GridLayout Flow(IReadOnlyList<(int Name, int Size)> groups, CellShape shape, long cells)
    {
        for (int gap = 1; gap >= 0; gap--)
        {
            bool isLast = false;
            for (int pods = 1; !isLast; pods = Next(pods))
            {
                long taken = (groups.Count - 1) * (long)gap;
                foreach ((_, int size) in groups)
                    taken += Divide(size, pods);
                if (taken <= cells)
                    return new GridLayout(shape, pods, [], gap);
                // From here on it changes nothing to let a cell stand for more.
                isLast = groups.All(group => group.Size <= pods);
            }
        }

        long all = groups.Sum(group => (long)group.Size);
        return new GridLayout(shape, (int)((all + cells - 1) / Math.Max(1, cells)), [], -1);
    }

    private static int Divide(int size, int by) => (int)(((long)size + by - 1) / by);
}

/// <summary>The place of one group: its label, then lines of cells.</summary>
/// <param name="Label">How wide the label is.</param>
/// <param name="Width">Of the lines, in characters.</param>
internal readonly record struct GridBand(int X, int Y, int Label, int Width, int Rows);

/// <summary>How large a cell is.</summary>
/// <param name="Columns">Characters that one takes.</param>
/// <param name="PerCharacter">How many are in one character, one above the other.</param>
internal readonly record struct CellShape(int Columns, int PerCharacter)
{
    public static readonly CellShape Wide = new(2, 1);
    public static readonly CellShape Single = new(1, 1);
    public static readonly CellShape Half = new(1, 2);

    public int InLine(int width) => width / Columns * PerCharacter;
}
