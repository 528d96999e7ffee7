// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Hub.Page.Streams.Rows;
using Xunit;

namespace Pelago.Hub.Tests.Page.Streams;

public sealed class RowTableTests
{
    private const int Steps = 3000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_changes_and_whenever_the_page_comes_back_it_has_the_rows_that_there_are(int seed)
    {
        var random = new Random(seed);
        var table = new RowTable(2);
        var truth = new Dictionary<string, byte[][]>(StringComparer.Ordinal);
        var page = new PageModel();
        RowShape shape = RowShape.All;
        for (int i = 0; i < Steps; i++)
        {
            string key = $"k{random.Next(60)}";
            switch (random.Next(12))
            {
                case < 6:
                    byte[][] cells = [Cell($"\"{(random.Next(2) == 0 ? "web" : "db")}-{random.Next(20)}\""), Cell($"{random.Next(100)}")];
                    truth[key] = [.. cells];
                    table.Put(key, "c", cells);
                    break;
                case < 8:
                    truth.Remove(key);
                    table.Remove(key);
                    break;
                case 8 when random.Next(5) == 0:
                    shape = Shape(random);
                    table.Reshape(shape);
                    break;
                case 9 when random.Next(5) == 0:
                    page.ComeBack(table, random);
                    break;
                default:
                    page.Tell(table);
                    break;
            }
            if (random.Next(20) == 0)
                AssertSame(page, table, truth, shape);
        }
        AssertSame(page, table, truth, shape);
    }

    [Fact]
    public void Ten_changes_while_the_page_was_slow_are_one()
    {
        var table = new RowTable(1);
        var page = new PageModel();
        table.Put("a", "c", [Cell("0")]);
        page.TellAll(table);
        int before = page.Frames;

        for (int i = 1; i <= 10; i++)
            table.Put("a", "c", [Cell($"{i}")]);
        page.TellAll(table);

        Assert.Equal(before + 1, page.Frames);
        Assert.Equal(["10"], page.Rows.Values.Select(row => Encoding.UTF8.GetString(row[0])));
    }

    [Theory]
    [InlineData("\"web-2\"", "\"web-10\"", -1)]
    [InlineData("\"web-02\"", "\"web-2\"", -1)]
    [InlineData("\"a\"", "\"ab\"", -1)]
    [InlineData("2", "10", -1)]
    [InlineData("-1.5", "1e3", -1)]
    [InlineData("9", "\"a\"", -1)]
    [InlineData("\"z\"", "null", -1)]
    [InlineData("true", "true", 0)]
    public void Values_are_in_the_order_that_people_expect(string left, string right, int expected)
    {
        Assert.Equal(expected, Math.Sign(CellOrder.Compare(Cell(left), Cell(right), descending: false)));
        Assert.Equal(-expected, Math.Sign(CellOrder.Compare(Cell(right), Cell(left), descending: false)));
        Assert.Equal(right == "null" ? -1 : -expected, Math.Sign(CellOrder.Compare(Cell(left), Cell(right), descending: true)));
    }

    private static byte[] Cell(string json) => Encoding.UTF8.GetBytes(json);

    private static RowShape Shape(Random random) => new(
        random.Next(2) == 0 ? [new SortKey(0, random.Next(2) == 0), new SortKey(1, false)] : [new SortKey(1, true)],
        random.Next(2) == 0 ? [] : [Encoding.UTF8.GetBytes("web")], random.Next(3) * 5, random.Next(2) == 0 ? null : random.Next(1, 30));

    private static void AssertSame(PageModel page, RowTable table, Dictionary<string, byte[][]> truth, RowShape shape)
    {
        page.TellAll(table);
        byte[][][] matches = [.. truth.Values.Where(cells => RowFilter.Passes(cells, "c", shape.Words))];
        Assert.Equal((truth.Count, matches.Length), page.Counts);
        if (shape.Limit is not { } limit)
        {
            Assert.Equal(Texts(matches).Order(StringComparer.Ordinal), Texts(page.Rows.Values).Order(StringComparer.Ordinal));
            return;
        }
        Assert.Equal(Math.Clamp(matches.Length - shape.Offset, 0, limit), page.Rows.Count);
        Assert.Equal(page.Order.Order(), page.Rows.Keys.Order());

        // Rows that the sort does not tell apart may stand either way, so the values of its columns are compared.
        IEnumerable<byte[][]> expected = matches.OrderBy(cells => cells, Comparer<byte[][]>.Create((x, y) => Compare(x, y, shape))).Skip(shape.Offset).Take(limit);
        Assert.Equal(
            expected.Select(cells => string.Join(' ', shape.Sort.Select(key => Encoding.UTF8.GetString(cells[key.Column])))),
            page.Order.Select(id => string.Join(' ', shape.Sort.Select(key => Encoding.UTF8.GetString(page.Rows[id][key.Column])))));
    }

    private static IEnumerable<string> Texts(IEnumerable<byte[][]> rows) => rows.Select(cells => string.Join(' ', cells.Select(Encoding.UTF8.GetString)));

    private static int Compare(byte[][] left, byte[][] right, RowShape shape) =>
        shape.Sort.Select(key => CellOrder.Compare(left[key.Column], right[key.Column], key.IsDescending)).FirstOrDefault(order => order != 0);

    /// <summary>A page that applies frames as the protocol says, and forgets the last ones when its connection breaks.</summary>
    private sealed class PageModel
    {
        private readonly List<(long Number, Dictionary<int, byte[][]> Rows, int[] Order)> _past = [];
        private long _number;

        public Dictionary<int, byte[][]> Rows { get; private set; } = [];

        public int[] Order { get; private set; } = [];

        public (int Total, int Matched) Counts { get; private set; }

        public int Frames { get; private set; }

        public void TellAll(RowTable table)
        {
            while (table.IsDirty)
                Tell(table);
        }

        public void Tell(RowTable table)
        {
            var frame = new RowFrame();
            if (!table.IsDirty || !table.Tell(_number + 1, frame))
                return;
            Frames++;
            _number++;
            if (frame.IsReset)
                Rows = [];
            foreach (int id in frame.Deleted)
                Rows.Remove(id);
            foreach (Row row in frame.Put)
                Rows[row.Id] = [.. row.Cells];
            foreach ((Row row, ulong columns) in frame.Set)
            {
                for (int i = 0; i < 2; i++)
                {
                    if ((columns & (1UL << i)) != 0)
                        Rows[row.Id][i] = row.Cells[i];
                }
            }
            Order = frame.Order ?? Order;
            Counts = frame.Counts ?? Counts;
            _past.Add((_number, Rows.ToDictionary(pair => pair.Key, pair => (byte[][])[.. pair.Value]), Order));
        }

        /// <summary>The last frames were lost on the way.</summary>
        public void ComeBack(RowTable table, Random random)
        {
            int lost = Math.Min(random.Next(6), _past.Count);
            _past.RemoveRange(_past.Count - lost, lost);
            (long number, Dictionary<int, byte[][]> rows, int[] order) = _past.Count > 0 ? _past[^1] : (0, [], []);
            (Rows, Order) = (rows.ToDictionary(pair => pair.Key, pair => (byte[][])[.. pair.Value]), order);
            table.Rewind(number);
        }
    }
}
