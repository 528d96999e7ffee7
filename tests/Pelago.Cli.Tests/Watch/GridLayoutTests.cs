// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Pelago.Cli.Watch;
using Xunit;

namespace Pelago.Cli.Tests.Watch;

public class GridLayoutTests
{
    private const int Width = 120, Height = 40;

    [Fact]
    public void Every_pod_has_a_cell_and_no_two_groups_share_a_character() =>
        Gen.Select(Gen.Select(Gen.Int[1, 40], Gen.Int[1, 3000]).Array[0, 400], Gen.Int[1, 220], Gen.Int[1, 60], Gen.Bool).Sample((groups, width, height, hasColours) =>
        {
            var layout = GridLayout.Of(groups, width, height, hasColours);
            if (layout.Bands.Count == 0)
            {
                long cells = layout.Gap < 0
                    ? Divide(groups.Sum(group => group.Item2), layout.PodsPerCell)
                    : groups.Sum(group => (long)Divide(group.Item2, layout.PodsPerCell)) + ((groups.Length - 1) * layout.Gap);
                Assert.True(groups.Length == 0 || cells <= (long)width * height * layout.Shape.PerCharacter);
                return;
            }

            var taken = new HashSet<(int, int)>();
            Assert.Equal(groups.Length, layout.Bands.Count);
            foreach ((GridBand band, (int _, int size)) in layout.Bands.Zip(groups))
            {
                Assert.True((long)layout.Shape.InLine(band.Width) * band.Rows * layout.PodsPerCell >= size);
                Assert.True(band.X >= 0 && band.X + band.Label + 1 + band.Width <= width && band.Y >= 0 && band.Y + band.Rows <= height);
                for (int y = band.Y; y < band.Y + band.Rows; y++)
                {
                    for (int x = band.X; x < band.X + band.Label + 1 + band.Width; x++)
                        Assert.True(taken.Add((x, y)));
                }
            }
        });

    [Fact]
    public void Few_pods_get_large_cells_in_a_line_for_each_group()
    {
        var layout = GridLayout.Of([(6, 10), (6, 12), (9, 0)], Width, Height, hasColours: true);

        Assert.Equal((CellShape.Wide, 1), (layout.Shape, layout.PodsPerCell));
        Assert.Equal([(0, 0, 1), (0, 1, 1), (0, 2, 1)], layout.Bands.Select(band => (band.X, band.Y, band.Rows)));
    }

    [Fact]
    public void Many_small_groups_stand_in_columns()
    {
        var layout = GridLayout.Of([.. Enumerable.Repeat((8, 20), 100)], Width, Height, hasColours: true);

        Assert.Equal((CellShape.Single, 1), (layout.Shape, layout.PodsPerCell));
        Assert.Equal(3, layout.Bands.Select(band => band.X).Distinct().Count());
    }

    [Theory]
    [InlineData(1000, 50, 200, 45)]
    [InlineData(1, 50_000, 200, 45)]
    [InlineData(50_000, 1, 200, 45)]
    [InlineData(10, 5000, 80, 20)]
    public void Fifty_thousand_pods_fit(int groups, int each, int width, int height)
    {
        var layout = GridLayout.Of([.. Enumerable.Repeat((8, each), groups)], width, height, hasColours: true);

        Assert.Equal(CellShape.Half, layout.Shape);
        // What cannot be had with a cell for each is had with few pods a cell.
        double least = 50_000.0 / (width * height * 2);
        Assert.InRange(layout.PodsPerCell, least, (1.6 * least) + 1);
    }

    private static int Divide(int size, int by) => (size + by - 1) / by;
}
