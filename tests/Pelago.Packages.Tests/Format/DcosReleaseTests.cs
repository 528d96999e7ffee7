// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Format;
using Xunit;

namespace Pelago.Packages.Tests.Format;

public sealed class DcosReleaseTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("0.0", true)]
    [InlineData("1.9", true)]
    [InlineData("1.13", true)]
    [InlineData("2", true)]
    [InlineData("2.2", true)]
    [InlineData("2.2.0", true)]
    [InlineData("2.2-dev", true)]
    [InlineData("2.2.1", false)]
    [InlineData("2.10", false)]
    [InlineData("3", false)]
    [InlineData("999", false)]
    [InlineData("99999999999999999999999999", false)]
    public void A_package_that_asks_for_a_later_release_is_not_offered(string? minimum, bool isMet) => Assert.Equal(isMet, DcosRelease.IsMet(minimum));
}
