// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Pelago.Kube.Apply;
using Xunit;

namespace Pelago.Kube.Tests.Apply;

public class FieldSetTests
{
    private static readonly Gen<PathElement> Element = Gen.OneOf(
        Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("c")).Select(PathElement.Field),
        Gen.OneOf(Gen.Const("a"), Gen.Const("b")).Select(name => PathElement.Key(("name", name))),
        Gen.Int[0, 1].Select(number => PathElement.Value(number)));

    private static readonly Gen<FieldSet> Sets =
        Element.Array[1, 3].List[0, 8].Select(paths => FieldSet.Of([.. paths]));

    [Fact]
    public void Union_and_intersection_obey_the_laws_of_sets()
    {
        Gen.Select(Sets, Sets, Sets).Sample((a, b, c) =>
        {
            Assert.Equal(a.Union(b), b.Union(a));
            Assert.Equal(a.Intersection(b), b.Intersection(a));
            Assert.Equal(a.Union(b).Union(c), a.Union(b.Union(c)));
            Assert.Equal(a.Intersection(b).Intersection(c), a.Intersection(b.Intersection(c)));
            Assert.Equal(a.Intersection(b.Union(c)), a.Intersection(b).Union(a.Intersection(c)));
            Assert.Equal(a, a.Union(a));
            Assert.Equal(a, a.Intersection(a));
            Assert.Equal(a, a.Union(FieldSet.Empty));
            Assert.True(a.Intersection(FieldSet.Empty).IsEmpty);
        });
    }

    [Fact]
    public void Difference_takes_out_exactly_the_other_sets_paths()
    {
        Gen.Select(Sets, Sets).Sample((a, b) =>
        {
            FieldSet left = a.Difference(b);
            Assert.True(left.Intersection(b).IsEmpty);
            Assert.Equal(a, left.Union(a.Intersection(b)));
            Assert.Equal(a.Count, left.Count + a.Intersection(b).Count);
        });
    }

    [Fact]
    public void Recursive_difference_takes_out_what_is_below_too()
    {
        Gen.Select(Sets, Sets).Sample((a, b) =>
        {
            IEnumerable<IReadOnlyList<PathElement>> expected = a.Paths().Where(path =>
                !Enumerable.Range(1, path.Count).Any(length => b.Has([.. path.Take(length)])));

            Assert.Equal(FieldSet.Of([.. expected.Select(path => path.ToArray())]), a.RecursiveDifference(b));
        });
    }

    [Fact]
    public void A_set_has_its_paths_and_no_others()
    {
        Gen.Select(Element.Array[1, 3].List[0, 8], Element.Array[1, 3]).Sample((paths, other) =>
        {
            FieldSet set = FieldSet.Of([.. paths]);
            Assert.All(paths, path => Assert.True(set.Has(path)));
            Assert.Equal(paths.Exists(path => path.SequenceEqual(other)), set.Has(other));
            Assert.Equal(set.Count, set.Paths().Count());
            Assert.Equal(set, FieldSet.Of([.. set.Paths().Select(path => path.ToArray())]));
        });
    }

    [Fact]
    public void Leaves_are_the_paths_without_any_below()
    {
        Sets.Sample(set =>
        {
            List<IReadOnlyList<PathElement>> paths = [.. set.Paths()];
            IEnumerable<IReadOnlyList<PathElement>> leaves = paths.Where(path =>
                !paths.Exists(other => other.Count > path.Count && other.Take(path.Count).SequenceEqual(path)));

            Assert.Equal(FieldSet.Of([.. leaves.Select(path => path.ToArray())]), set.Leaves());
        });
    }

    [Fact]
    public void What_does_not_change_is_the_same_instance()
    {
        FieldSet set = FieldSet.Of([Path("a", "b"), Path("c")]);

        Assert.Same(set, set.Difference(FieldSet.Of([Path("x")])));
        Assert.Same(set, set.Union(FieldSet.Of([Path("c")])));
        Assert.Same(set, set.RecursiveDifference(FieldSet.Of([Path("c", "d")])));
    }

    [Fact]
    public void Paths_end_before_they_go_deeper()
    {
        FieldSet set = FieldSet.Of([Path("a", "x"), Path("b"), Path("a")]);

        Assert.Equal(".a\n.b\n.a.x", set.ToString());
    }

    [Fact]
    public void Below_gives_the_rest_of_the_paths()
    {
        FieldSet set = FieldSet.Of([Path("a", "x"), Path("a"), Path("b")]);

        Assert.Equal(FieldSet.Of([Path("x")]), set.Below(PathElement.Field("a")));
        Assert.True(set.Below(PathElement.Field("b")).IsEmpty);
    }

    private static PathElement[] Path(params string[] names) => [.. names.Select(PathElement.Field)];
}
