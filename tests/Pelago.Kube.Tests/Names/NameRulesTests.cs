// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class NameRulesTests
{
    private const string Label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static readonly Gen<string> Text = Gen.Char["ab0-._/A\n\u00e9"].Array[0, 8].Select(characters => new string(characters));

    [Theory]
    [InlineData("My-Name", "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("a.b", "must not contain dots")]
    public void Label_complaints_are_those_of_upstream(string value, string expected) => Assert.Equal([expected], NameRules.Dns1123Label(value));

    [Fact]
    public void Subdomain_complaint_is_that_of_upstream() => Assert.Equal(
        ["a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"],
        NameRules.Dns1123Subdomain("a_b"));

    [Fact]
    public void Too_long_names_say_how_long_they_may_be()
    {
        Assert.Equal(["must be no more than 63 characters"], NameRules.Dns1123Label(new string('a', 64)));
        Assert.Equal(["must be no more than 253 characters"], NameRules.Dns1123Subdomain(new string('a', 254)));
        Assert.Equal(["must be no more than 63 bytes"], NameRules.LabelValue(new string('a', 64)));
        Assert.Equal(["name part must be no more than 63 bytes"], NameRules.QualifiedName(new string('a', 64)));
        Assert.Empty(NameRules.Dns1123Label(new string('a', 63)));
    }

    [Theory]
    [InlineData("", "name part must be non-empty")]
    [InlineData("/a", "prefix part must be non-empty")]
    [InlineData("a/b/c", "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')")]
    public void Qualified_name_complaints_are_those_of_upstream(string value, string first) => Assert.Equal(first, NameRules.QualifiedName(value)[0]);

    [Theory]
    [InlineData("http")]
    [InlineData("a-1")]
    public void Good_port_names_pass(string value) => Assert.Empty(NameRules.PortName(value));

    [Theory]
    [InlineData("80", "must contain at least one letter (a-z)")]
    [InlineData("a--b", "must not contain consecutive hyphens")]
    [InlineData("-a", "must not begin or end with a hyphen")]
    [InlineData("abcdefghijklmnop", "must be no more than 15 characters")]
    public void Bad_port_names_say_why(string value, string expected) => Assert.Equal([expected], NameRules.PortName(value));

    [Theory]
    [InlineData(".", "may not be '.'")]
    [InlineData("a/b", "may not contain '/'")]
    [InlineData("a%b", "may not contain '%'")]
    [InlineData("a\0b", "may not contain control characters")]
    [InlineData("a\n", "may not contain control characters")]
    public void Path_segments_exclude_what_breaks_a_path(string value, string expected) => Assert.Equal([expected], NameRules.PathSegment(value));

    [Fact]
    public void Environment_names_have_a_strict_and_a_relaxed_rule()
    {
        Assert.Single(NameRules.EnvVarName("1A"));
        Assert.Equal(["must not start with '..'"], NameRules.EnvVarName("..a"));
        Assert.Empty(NameRules.RelaxedEnvVarName("1A b"));
        Assert.Single(NameRules.RelaxedEnvVarName("a=b"));
        Assert.Equal(["environment variable name must be non-empty"], NameRules.RelaxedEnvVarName(""));
    }

    [Fact]
    public void Trailing_dash_of_a_prefix_is_masked()
    {
        Assert.Equal("weba", NameRules.MaskTrailingDash("webx-"));
        Assert.Equal("-", NameRules.MaskTrailingDash("-"));
    }

    [Fact]
    public void Rules_agree_with_their_regular_expressions() => Text.Sample(text =>
    {
        Assert.Equal(Matches($"{Label}", text), NameRules.Dns1123Label(text).Count == 0);
        Assert.Equal(Matches($"{Label}(\\.{Label})*", text), NameRules.Dns1123Subdomain(text).Count == 0);
        Assert.Equal(Matches("[a-z]([-a-z0-9]*[a-z0-9])?", text), NameRules.Dns1035Label(text).Count == 0);
        Assert.Equal(Matches("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", text), NameRules.LabelValue(text).Count == 0);
        Assert.Equal(Matches($"({Label}(\\.{Label})*/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", text), NameRules.QualifiedName(text).Count == 0);
        Assert.Equal(Matches("[-._a-zA-Z][-._a-zA-Z0-9]*", text) && !text.StartsWith("..", StringComparison.Ordinal) && text != ".", NameRules.EnvVarName(text).Count == 0);
    });

    private static bool Matches(string pattern, string text) => Regex.IsMatch(text, $@"\A(?:{pattern})\z");
}
