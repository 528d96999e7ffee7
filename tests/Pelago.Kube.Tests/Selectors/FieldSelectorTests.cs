// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class FieldSelectorTests
{
    [Theory]
    [InlineData("metadata.name=a", "metadata.name=a")]
    [InlineData("b==2,a!=1", "a!=1,b=2")]
    [InlineData("a=", "a=")]
    [InlineData(",a=1,", "a=1")]
    [InlineData("a=x\\,y\\=z\\\\", "a=x\\,y\\=z\\\\")]
    [InlineData("", "")]
    public void Text_is_read_and_printed_canonically(string text, string canonical) => Assert.Equal(canonical, FieldSelector.Parse(text).ToString());

    [Theory]
    [InlineData("a", "invalid selector: 'a'; can't understand 'a'")]
    [InlineData("a=b=c", "invalid field selector: unescaped character in value: 61")]
    [InlineData("a=b\\c", "invalid field selector: invalid escape sequence: \\c")]
    [InlineData("a=b\\", "invalid field selector: invalid escape sequence: \\")]
    public void Bad_text_is_refused_with_the_words_of_upstream(string text, string expected)
    {
        Assert.False(FieldSelector.TryParse(text, out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Any_value_survives_the_text_form() => Gen.String.Sample(value =>
    {
        FieldSelector back = FieldSelector.Parse(FieldSelector.Equal("f", value).ToString());
        return back.RequiresExactMatch("f") == value && back.Matches(_ => value);
    });

    [Fact]
    public void Absent_field_reads_as_empty()
    {
        Assert.True(FieldSelector.Parse("spec.nodeName=").Matches(_ => null));
        Assert.False(FieldSelector.Parse("spec.nodeName!=").Matches(_ => null));
    }

    [Fact]
    public void Transform_renames_drops_and_refuses()
    {
        FieldSelector selector = FieldSelector.Parse("name=x,drop=1");

        Assert.True(selector.TryTransform((field, value) => field == "drop" ? ("", "", null) : ("metadata." + field, value, null), out FieldSelector? done, out _));
        Assert.False(selector.TryTransform((field, _) => ("", "", $"field label not supported: {field}"), out _, out string? error));
        Assert.Equal("metadata.name=x", done.ToString());
        Assert.Equal("field label not supported: drop", error);
    }
}
