// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Kube;
using Pelago.Packages.Templates;
using Xunit;

namespace Pelago.Packages.Tests.Templates;

/// <summary>What Cosmos' renderer does otherwise than the specification.</summary>
public sealed class UniverseTemplateTests
{
    [Theory]
    [InlineData("""{"a": "say \"hi\"\n<&>"}""", "{{a}}|{{{a}}}|{{&a}}", """say \"hi\"\n<&>|say \"hi\"\n<&>|say \"hi\"\n<&>""")]
    [InlineData("""{"a": 256.0, "b": 0.1, "c": 1e3, "d": -7, "e": 12345678901234567890}""", "{{a}} {{b}} {{c}} {{d}} {{e}}", "256 0.1 1000 -7 12345678901234567890")]
    [InlineData("""{"a": 0.00001, "b": 12345678.5, "c": 0.001}""", "{{a}} {{b}} {{c}}", "1.0E-5 1.23456785E7 0.001")]
    [InlineData("""{"a": ["x", "y\"z"], "b": [1, [true, null]], "c": {"k": "v", "l": 2}}""", "{{a}} {{b}} {{c}}", """["x", "y\"z"] [1, [true, null]] {k=v, l=2}""")]
    [InlineData("""{"a": null, "b": ""}""", "[{{a}}{{b}}{{c}}]{{^a}}n{{/a}}{{^b}}e{{/b}}{{^c}}m{{/c}}", "[]nem")]
    [InlineData("""{"a": 0, "b": "0", "c": {}, "d": []}""", "{{#a}}zero{{/a}} {{#b}}text{{/b}} {{#c}}map{{/c}} {{#d}}list{{/d}}{{^d}}none{{/d}}", "zero text map none")]
    [InlineData("""{"a": "x", "b": true, "l": ["p", "q"]}""", "{{#a}}{{.}}{{a}}{{/a}} {{#b}}{{.}}{{/b}} {{#l}}{{.}},{{/l}}", """xx true "p","q",""")]
    [InlineData("""{"a.b": "whole", "a": {"b": "parts"}}""", "{{a.b}}", "whole")]
    [InlineData("""{"s": {"s": {"x": 1}}, "t": {"s": {"n": {"y": 2}}, "n": 3}}""", "{{#t}}{{s.x.z}}{{s.n.y}}{{/t}}{{#s}}{{s.x}}{{/s}}", "21")]
    [InlineData("""{"l": [{"n": "a\"b"}, {"n": ""}]}""", "{{#l}}<{{n}}{{^n}}none{{/n}}>{{/l}}", """<a\"b><none>""")]
    [InlineData("""{"j": "{\"k\": 1}"}""", "{{#asJson}}j{{/asJson}}", "")]
    public void Values_are_printed_as_cosmos_prints_them(string values, string template, string expected) =>
        Assert.Equal(expected, Render(values, template));

    [Theory]
    [InlineData("{{#a}}\n{{#b}}\n{{/a}}", 3, "{{/a}} closes {{#b}} of line 2")]
    [InlineData("x\n{{#a}}", 2, "{{#a}} is never closed")]
    [InlineData("{{/a}}", 1, "{{/a}} closes nothing")]
    [InlineData("\n\n{{a", 3, "a tag is never closed")]
    [InlineData("{{}}", 1, "a tag is empty")]
    [InlineData("{{{a}} }", 1, "{{{ is not closed by }}}")]
    [InlineData("{{>part}}", 1, "names a partial")]
    public void A_template_that_cannot_be_read_is_refused_with_its_line(string template, int line, string message)
    {
        TemplateException fault = Assert.Throws<TemplateException>(() => Render("{}", template));

        Assert.Equal(line, fault.Line);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xxxxxxxxxx")]
    [InlineData("{{none}}")]
    [InlineData("")]
    public void A_template_that_prints_without_end_is_refused(string innermost)
    {
        string nested = string.Concat(Enumerable.Repeat("{{#l}}", 20)) + innermost + string.Concat(Enumerable.Repeat("{{/l}}", 20));

        Assert.Throws<TemplateException>(() => Render("""{"l": [1, 2, 3, 4]}""", nested));
    }

    private static string Render(string values, string template) =>
        Template.Parse(template).Render(TemplateValues.ForJson(KubeJson.Parse(Encoding.UTF8.GetBytes(values))), TemplateRules.Universe);
}
