// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class LabelSelectorTests
{
    private static readonly Gen<string> Key = Gen.OneOf("a", "b", "example.com/c");
    private static readonly Gen<string> Value = Gen.OneOf("", "x", "y", "1", "2");
    private static readonly Gen<Dictionary<string, string>> Labels = Gen.Dictionary(Key, Value)[0, 3];
    private static readonly Gen<LabelRequirement> Requirement = Gen.Select(Key, Gen.Int[0, 6], Value.Array[1, 3]).Select((key, index, values) =>
    {
        var @operator = (LabelOperator)index;
        string[] fitting = @operator switch
        {
            LabelOperator.Exists or LabelOperator.DoesNotExist => [],
            LabelOperator.In or LabelOperator.NotIn => values,
            _ => values[..1],
        };
        Assert.True(LabelRequirement.TryCreate(key, @operator, fitting, out LabelRequirement? made, out _));
        return made;
    });

    [Theory]
    [InlineData("x=a,y=b", "x=a,y=b")]
    [InlineData("y==b , x!=a", "x!=a,y==b")]
    [InlineData("x=", "x=")]
    [InlineData("x= ,y", "x=,y")]
    [InlineData("  x in ( b , a ) ", "x in (a,b)")]
    [InlineData("x in ()", "x in ()")]
    [InlineData("x in (,a)", "x in (,a)")]
    [InlineData("x in (a,)", "x in (,a)")]
    [InlineData("x in (a,,b)", "x in (,a,b)")]
    [InlineData("x notin (in,notin)", "x notin (in,notin)")]
    [InlineData("in in (in)", "in in (in)")]
    [InlineData("!x", "!x")]
    [InlineData("x", "x")]
    [InlineData("x>1,z<5", "x>1,z<5")]
    [InlineData("example.com/x=a", "example.com/x=a")]
    [InlineData("", "")]
    public void Text_is_read_and_printed_canonically(string text, string canonical) => Assert.Equal(canonical, LabelSelector.Parse(text).ToString());

    [Theory]
    [InlineData("x=a||y=b", "unable to parse requirement: values[0][x]: Invalid value: \"a||y\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    [InlineData("x,", "found '', expected: identifier after ','")]
    [InlineData(",x", "found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("x y", "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("x in a", "unable to parse requirement: found 'a' expected: '('")]
    [InlineData("x in (", "unable to parse requirement: found '', expected: ',', ')' or identifier")]
    [InlineData("x in (a", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData("x in (a,", "unable to parse requirement: found '', expected: ',', or identifier")]
    [InlineData("x=(", "unable to parse requirement: found '(', expected: identifier")]
    [InlineData("!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("!x=a", "found '=', expected: ',' or 'end of string'")]
    [InlineData("x=a=b", "found '=', expected: ',' or 'end of string'")]
    [InlineData("x>b", "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("-x=a", "unable to parse requirement: <nil>: Invalid value: \"-x\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    public void Bad_text_is_refused_with_the_words_of_upstream(string text, string expected)
    {
        Assert.False(LabelSelector.TryParse(text, out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Structured_selector_means_the_same_as_its_text()
    {
        var json = (JsonObject)KubeJson.Parse("""
            {"matchLabels":{"a":"x"},"matchExpressions":[{"key":"b","operator":"In","values":["y","x"]},{"key":"c","operator":"DoesNotExist"}]}
            """u8.ToArray())!;

        Assert.True(LabelSelector.TryRead(json, out LabelSelector? selector, out _));
        Assert.Equal("a=x,b in (x,y),!c", selector.ToString());
    }

    [Fact]
    public void Absent_structured_selector_matches_nothing_and_an_empty_one_everything()
    {
        Assert.True(LabelSelector.TryRead(null, out LabelSelector? nothing, out _));
        Assert.True(LabelSelector.TryRead([], out LabelSelector? everything, out _));
        Assert.False(nothing.Matches(new Dictionary<string, string>()));
        Assert.True(everything.Matches(new Dictionary<string, string>()));
    }

    [Fact]
    public void Unknown_operator_of_an_expression_is_named()
    {
        var json = new JsonObject { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "a", ["operator"] = "Like" }) };

        Assert.False(LabelSelector.TryRead(json, out _, out string? error));
        Assert.Equal("\"Like\" is not a valid label selector operator", error);
    }

    [Fact]
    public void Dictionaries_trees_and_documents_match_alike() => Gen.Select(Requirement.Array[0, 4], Labels).Sample((requirements, labels) =>
    {
        LabelSelector selector = LabelSelector.Of(requirements);
        var json = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = ToJson(labels) } };
        bool expected = requirements.All(requirement => Holds(requirement, labels));
        Utf8Labels scanned = MetadataScan.Read(KubeJson.ToUtf8(json)).Labels;
        return selector.Matches(labels) == expected
            && selector.Matches(ToJson(labels)) == expected
            && selector.Matches(scanned) == expected
            && selector.Matches(Utf8Labels.From(labels)) == expected;
    });

    [Fact]
    public void Canonical_text_parses_to_the_same_selector() => Gen.Select(Requirement.Array[0, 4], Labels).Sample((requirements, labels) =>
    {
        LabelSelector selector = LabelSelector.Of(requirements);
        LabelSelector back = LabelSelector.Parse(selector.ToString());
        return back.ToString() == selector.ToString() && back.Matches(labels) == selector.Matches(labels);
    });

    [Fact]
    public void Joining_two_selectors_matches_the_intersection() =>
        Gen.Select(Requirement.Array[0, 3], Requirement.Array[0, 3], Labels).Sample((left, right, labels) =>
            LabelSelector.Of([.. left, .. right]).Matches(labels) == (LabelSelector.Of(left).Matches(labels) && LabelSelector.Of(right).Matches(labels)));

    [Fact]
    public void In_and_notin_split_all_objects() => Gen.Select(Key, Value.Array[1, 3], Labels).Sample((key, values, labels) =>
    {
        string list = string.Join(',', values);
        return LabelSelector.Parse($"{key} in ({list})").Matches(labels) != LabelSelector.Parse($"{key} notin ({list})").Matches(labels)
            && LabelSelector.Parse(key).Matches(labels) != LabelSelector.Parse("!" + key).Matches(labels);
    });

    [Fact]
    public void Any_text_is_parsed_or_refused_without_a_fault() =>
        Gen.Char["abx=!(),<> \0/in."].Array[0, 24].Sample(characters =>
        {
            string text = new(characters);
            bool parsed = LabelSelector.TryParse(text, out LabelSelector? selector, out string? error);
            Assert.Equal(parsed, error is null);
            Assert.Equal(parsed, selector is not null);
        });

    [Theory]
    [InlineData("5", true)]
    [InlineData("4", false)]
    [InlineData("x", false)]
    [InlineData(null, false)]
    public void Greater_than_compares_whole_numbers(string? value, bool expected)
    {
        var labels = new Dictionary<string, string>();
        if (value is not null)
            labels["n"] = value;

        Assert.Equal(expected, LabelSelector.Parse("n>4").Matches(labels));
        Assert.Equal(expected, LabelSelector.Parse("n>4").Matches(Utf8Labels.From(labels)));
    }

    [Fact]
    public void Escaped_labels_of_a_document_match()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"metadata":{"labels":{"\u0061pp":"w\u0065b","z":"q"}}}""");

        Assert.True(LabelSelector.Parse("app=web,z=q").Matches(MetadataScan.Read(json).Labels));
    }

    private static JsonObject ToJson(Dictionary<string, string> labels)
    {
        var json = new JsonObject();
        foreach ((string key, string value) in labels)
            json[key] = value;
        return json;
    }

    private static bool Holds(LabelRequirement requirement, Dictionary<string, string> labels)
    {
        bool present = labels.TryGetValue(requirement.Key, out string? value);
        bool among = present && requirement.Values.Contains(value);
        return requirement.Operator switch
        {
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            LabelOperator.NotIn or LabelOperator.NotEquals => !among,
            _ => among,
        };
    }
}
