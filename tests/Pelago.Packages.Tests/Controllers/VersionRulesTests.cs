// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Controllers;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

public sealed class VersionRulesTests
{
    [Theory]
    [InlineData("""{"upgradesFrom": ["1.0"]}""", "{}", true)]
    [InlineData("""{"upgradesFrom": ["*"]}""", "{}", true)]
    [InlineData("{}", """{"downgradesTo": ["2.0"]}""", true)]
    [InlineData("""{"upgradesFrom": ["0.9"]}""", """{"downgradesTo": []}""", false)]
    [InlineData("{}", "{}", false)]
    [InlineData("{}", """{"packagingVersion": "3.0"}""", true)]
    public void A_version_takes_the_place_of_another_where_one_of_them_names_the_other(string target, string current, bool allowed)
    {
        var next = SamplePackage.Json(target);
        var before = SamplePackage.Json(current);
        (next["name"], next["version"]) = ("web", "2.0");
        (before["name"], before["version"]) = ("web", "1.0");

        Assert.Equal(allowed, VersionRules.Refusal(before, next) is null);
    }
}
