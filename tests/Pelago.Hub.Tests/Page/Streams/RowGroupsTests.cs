// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Hub.Page.Streams.Rows;
using Xunit;

namespace Pelago.Hub.Tests.Page.Streams;

public sealed class RowGroupsTests
{
    private readonly RowGroups _groups = new(2, [0]);
    private readonly RowTable _table = new(3);
    private readonly Dictionary<int, string> _page = [];
    private long _number;

    [Fact]
    public void Sums_come_back_to_where_they_were_when_members_go()
    {
        _groups.Begin("c");
        _groups.Put("c", Cells("a", "0.1"), null);
        for (int i = 0; i < 1000; i++)
            _groups.Put("c", Cells("a", "0.3"), null);
        for (int i = 0; i < 1000; i++)
            _groups.Remove("c", Cells("a", "0.3"));

        Assert.Equal(["""c "a" 0.1 1"""], Told());
    }

    [Fact]
    public void A_member_that_changes_moves_from_one_group_to_the_other()
    {
        _groups.Begin("c");
        _groups.Put("c", Cells("a", "1"), null);
        _groups.Put("c", Cells("a", "2"), null);
        Assert.Equal(["""c "a" 3 2"""], Told());

        _groups.Put("c", Cells("b", "5"), Cells("a", "2"));

        Assert.Equal(["""c "a" 1 1""", """c "b" 5 1"""], Told());
        _groups.Remove("c", Cells("a", "1"));
        Assert.Equal(["""c "b" 5 1"""], Told());
        Assert.Equal(1, _groups.Count);
    }

    [Fact]
    public void Under_another_filter_nothing_counts_until_a_cluster_begins_anew()
    {
        _groups.Begin("c");
        _groups.Put("c", Cells("web", "1"), null);
        _groups.Put("c", Cells("db", "2"), null);

        Assert.True(_groups.Filter([Encoding.UTF8.GetBytes("web")]));
        _groups.Put("c", Cells("web", "7"), null);
        Assert.Empty(Told());
        _groups.Begin("c");
        _groups.Put("c", Cells("web", "1"), null);
        _groups.Put("c", Cells("db", "2"), null);

        Assert.Equal(["""c "web" 1 1"""], Told());
        Assert.Equal(2, _groups.Count);
        Assert.False(_groups.Filter([Encoding.UTF8.GetBytes("web")]));
    }

    [Fact]
    public void A_cluster_that_is_forgotten_takes_its_groups_with_it_and_no_others()
    {
        foreach (string cluster in (string[])["c", "d"])
        {
            _groups.Begin(cluster);
            _groups.Put(cluster, Cells("a", "1"), null);
        }
        Assert.Equal(2, Told().Count);

        _groups.Forget("c");

        Assert.Equal(["""d "a" 1 1"""], Told());
        Assert.Equal(1, _groups.Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("1e300")]
    public void What_is_no_amount_counts_as_nothing(string value)
    {
        _groups.Begin("c");
        _groups.Put("c", [Encoding.UTF8.GetBytes("\"a\""), Encoding.UTF8.GetBytes(value)], null);

        Assert.Equal(["""c "a" 0 1"""], Told());
    }

    private static byte[][] Cells(string name, string number) => [Encoding.UTF8.GetBytes($"\"{name}\""), Encoding.UTF8.GetBytes(number)];

    /// <summary>The rows of a page that has read everything.</summary>
    private List<string> Told()
    {
        _groups.Settle(_table);
        while (_table.IsDirty)
        {
            var frame = new RowFrame();
            _table.Tell(++_number, frame);
            foreach (int id in frame.Deleted)
                _page.Remove(id);
            foreach (Row row in frame.Put.Concat(frame.Set.Select(set => set.Row)))
                _page[row.Id] = $"{row.Cluster} {string.Join(' ', row.Cells.Select(Encoding.UTF8.GetString))}";
        }
        return [.. _page.Values.Order(StringComparer.Ordinal)];
    }
}
