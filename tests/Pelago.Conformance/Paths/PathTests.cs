// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Paths;

/// <summary>The verbs over the forms of paths, bodies, parameters and media types, as data: <see cref="PathTable"/>.</summary>
public sealed class PathTests(PathBed bed) : IClassFixture<PathBed>
{
    public static TheoryData<string> Rows => [.. PathTable.Rows()];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_request_of_the_table_is_answered_as_upstream_answers_it(string row)
    {
        var expected = PathRow.Parse(row);

        RawAnswer answer = await bed.AskAsync(expected);

        Assert.True(answer.Code == expected.Code, $"expected {expected.Code}, got {answer.Code}: {Beginning(answer.Text)}");
        if (expected.Verb == "HEAD")
        {
            Assert.Empty(answer.Text);
            return;
        }

        if (expected.Type.Length > 0)
            Assert.StartsWith(MediaType(expected.Type), answer.ContentType, StringComparison.Ordinal);
        if (expected.Reason.Length > 0)
            Assert.Equal(("Status", expected.Reason), (answer.Json["kind"]?.GetValue<string>(), answer.Reason));
    }

    private static string MediaType(string type) => type switch
    {
        "json" => "application/json",
        "yaml" => "application/yaml",
        _ => "text/plain",
    };

    private static string Beginning(string text) => text.Length > 500 ? text[..500] : text;
}
