// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Server;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Server;

public sealed class WarningHeadersTests
{
    [Fact]
    public void A_warning_is_written_as_everywhere_else()
    {
        string[] warnings = ["caf\u00e9 \"x\" \\", "two\nlines"];

        Assert.Equal(warnings.Select(WarningHeader.Of), Written(warnings));
        Assert.Equal("299 - \"caf\\\\u00e9 \\\"x\\\" \\\\\"", Written(warnings)[0]);
    }

    [Fact]
    public void Warnings_end_at_four_kibibytes_and_each_is_cut_where_all_are_more() =>
        Assert.Equal(Enumerable.Repeat(256, 15), Written([.. Enumerable.Range(100, 20).Select(number => number + new string('x', 297))])
            .Select(value => Assert.Single(WarningHeader.TextsOf(value)).Length));

    private static string[] Written(string[] warnings)
    {
        var http = new DefaultHttpContext();
        WarningHeaders.Add(http.Response, warnings);
        return [.. http.Response.Headers.Warning.Select(value => value!)];
    }
}
