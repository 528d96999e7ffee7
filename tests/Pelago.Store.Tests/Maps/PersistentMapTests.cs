// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Store.Tests.Maps;

public class PersistentMapTests
{
    private static readonly Gen<(int Key, bool Remove)[]> Changes = Gen.Select(Gen.Int[0, 400], Gen.Bool).Array[0, 1_500];

    [Fact]
    public void Agrees_with_a_sorted_dictionary_through_any_changes() => Changes.Sample(changes =>
    {
        var model = new SortedDictionary<int, string>();
        PersistentMap<int, string> map = Apply(PersistentMap<int, string>.Empty, model, changes);

        Assert.Equal(model.Values, map.All());
        Assert.Equal(model.Count, map.Count);
        for (int key = -1; key <= 401; key += 7)
        {
            Assert.Equal(model.GetValueOrDefault(key), map.Find(key));
            Assert.Equal(model.Where(pair => pair.Key >= key).Select(pair => pair.Value), map.From(key, strictlyAfter: false));
            Assert.Equal(model.Where(pair => pair.Key > key).Select(pair => pair.Value), map.From(key, strictlyAfter: true));
            Assert.Equal(model.Count(pair => pair.Key < key), map.CountBelow(key, orEqual: false));
            Assert.Equal(model.Count(pair => pair.Key <= key), map.CountBelow(key, orEqual: true));
        }
    }, iter: 60);

    [Fact]
    public void Old_versions_stay_as_they_were() => Gen.Select(Changes, Changes, Changes).Sample((first, second, third) =>
    {
        var model = new SortedDictionary<int, string>();
        PersistentMap<int, string> old = Apply(PersistentMap<int, string>.Empty, model, first);
        string[] before = [.. model.Values];

        PersistentMap<int, string> left = Apply(old, new SortedDictionary<int, string>(model), second);
        string[] leftBefore = [.. left.All()];
        Apply(old, new SortedDictionary<int, string>(model), third);

        Assert.Equal(before, old.All());
        Assert.Equal(leftBefore, left.All());
    }, iter: 60);

    [Fact]
    public void A_frozen_map_is_out_of_reach_of_its_builder()
    {
        PersistentMapBuilder<int, string> builder = PersistentMap<int, string>.Empty.Edit();
        builder.Set(1, "one");
        PersistentMap<int, string> frozen = builder.Freeze();

        builder.Set(1, "changed");
        builder.Set(2, "two");

        Assert.Equal(["one"], frozen.All());
        Assert.Equal(["changed", "two"], builder.Freeze().All());
    }

    [Fact]
    public void Names_that_arrive_in_order_fill_their_nodes()
    {
        PersistentMapBuilder<int, string> builder = PersistentMap<int, string>.Empty.Edit();
        for (int i = 0; i < 31 * 31; i++)
            builder.Set(i, "");

        Assert.Equal(31, builder.Freeze().Root!.Length);
    }

    [Fact]
    public void Removing_everything_leaves_the_empty_map()
    {
        PersistentMapBuilder<int, string> builder = PersistentMap<int, string>.Empty.Edit();
        for (int i = 0; i < 5_000; i++)
            builder.Set(i, "");
        for (int i = 4_999; i >= 0; i--)
            Assert.True(builder.Remove(i));

        Assert.False(builder.Remove(0));
        Assert.Null(builder.Freeze().Root);
    }

    private static PersistentMap<int, string> Apply(
        PersistentMap<int, string> start, SortedDictionary<int, string> model, (int Key, bool Remove)[] changes)
    {
        PersistentMapBuilder<int, string> builder = start.Edit();
        for (int i = 0; i < changes.Length; i++)
        {
            (int key, bool remove) = changes[i];
            // Early growth and late shrinking visit splits and merges; frequent freezes visit copying.
            if (remove && i > changes.Length / 3)
            {
                Assert.Equal(model.Remove(key), builder.Remove(key));
            }
            else
            {
                model[key] = $"{key}.{i}";
                builder.Set(key, $"{key}.{i}");
            }
            if (i % 97 == 0)
                builder = builder.Freeze().Edit();
        }
        return builder.Freeze();
    }
}
