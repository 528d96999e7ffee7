// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests.Releases;

public sealed class RefusalWordsTests
{
    private static readonly string Long = string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"field{i}\":{{\"a\":[\"b: c, d\"]}}"));

    [Theory]
    [InlineData("Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData(
        "Service \"web\" is invalid: [spec.type: Unsupported value: \"No\": supported values: \"ClusterIP\", \"NodePort\", spec.ports[0].port: Invalid value: 0: must be between 1 and 65535]",
        "[spec.type: Unsupported value: \"No\": supported values: \"ClusterIP\", \"NodePort\", spec.ports[0].port: Invalid value: 0: must be between 1 and 65535]")]
    [InlineData("pods is forbidden: User \"a\" cannot create resource \"pods\"", "pods is forbidden: User \"a\" cannot create resource \"pods\"")]
    [InlineData("admission webhook \"w\" denied the request: \"x\" is invalid: no", "admission webhook \"w\" denied the request: \"x\" is invalid: no")]
    public void What_is_short_is_said_without_the_object(string message, string words) => Assert.Equal(words, Of(message));

    [Fact]
    public void The_reason_stands_after_a_value_that_is_the_whole_object()
    {
        string quoted = Long.Replace("\"", "\\\"", StringComparison.Ordinal);

        Assert.Equal(
            "patch: Invalid value: \"{\\\"field0\\\":{\\\"a\\\":[\\\"b: c, d\\\"]},\\\"fie…: json: cannot unmarshal string into Go struct field",
            Of($" \"\" is invalid: patch: Invalid value: \"{{{quoted}}}\": json: cannot unmarshal string into Go struct field"));
    }

    [Fact]
    public void The_reason_stands_after_each_value_that_is_a_struct()
    {
        string words = Of($"Deployment.apps \"web\" is invalid: [spec.selector: Invalid value: {{{Long}}}: field is immutable, spec.other: Invalid value: v1.Other{{{Long}}}: no]");

        Assert.StartsWith("[spec.selector: Invalid value: {\"field0\"", words, StringComparison.Ordinal);
        Assert.Contains("…: field is immutable, spec.other: Invalid value: v1.Other{", words, StringComparison.Ordinal);
        Assert.EndsWith("…: no]", words, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_long_all_the_same_keeps_its_end()
    {
        string words = Of($"admission webhook denied the request: {new string('x', 4000)} because of y");

        Assert.True(words.Length <= 500, $"{words.Length} characters");
        Assert.StartsWith("admission webhook denied the request: x", words, StringComparison.Ordinal);
        Assert.EndsWith("x because of y", words, StringComparison.Ordinal);
    }

    [Fact]
    public void No_part_of_a_secret_is_left_where_a_value_is_cut()
    {
        string words = Of($"Secret \"web\" is invalid: data: Invalid value: \"{new string('a', 30)}open-sesame{new string('b', 90)}\": no", "open-sesame");

        Assert.DoesNotContain("open", words, StringComparison.Ordinal);
        Assert.EndsWith("…: no", words, StringComparison.Ordinal);
    }

    private static string Of(string message, params string[] secrets) => RefusalWords.Of(ApiStatus.BadRequest(message), secrets);
}
