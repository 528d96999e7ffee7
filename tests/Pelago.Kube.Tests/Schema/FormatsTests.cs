// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Kube.Tests.Schema;

public class FormatsTests
{
    [Theory]
    [InlineData("ipv4", "10.0.0.1", "10.1")]
    [InlineData("ipv6", "fe80::1", "10.0.0.1")]
    [InlineData("cidr", "10.0.0.0/8", "10.0.0.0/33")]
    [InlineData("uri", "https://example.com/a", "example com")]
    [InlineData("uri", "/path", "relative")]
    [InlineData("email", "a@example.com", "a example")]
    [InlineData("hostname", "a-b.example.com", "a_b")]
    [InlineData("mac", "01:23:45:67:89:ab", "01:23")]
    [InlineData("uuid", "A987FBC9-4BED-3078-CF07-9141BA07C9F3", "A987")]
    [InlineData("uuid4", "57b73598-8764-4ad0-a76a-679bb6640eb1", "a987fbc9-4bed-3078-cf07-9141ba07c9f3")]
    [InlineData("isbn10", "0-321-75104-3", "0321751040")]
    [InlineData("isbn13", "978-0321751041", "978-0321751040")]
    [InlineData("creditcard", "4111-1111-1111-1111", "1234")]
    [InlineData("ssn", "123-45-6789", "12-345-6789")]
    [InlineData("hexcolor", "#FFF", "#FFFF")]
    [InlineData("rgbcolor", "rgb(1, 20, 255)", "rgb(1,2,256)")]
    [InlineData("byte", "aGk=", "a")]
    [InlineData("date", "2024-02-29", "2023-02-29")]
    [InlineData("duration", "1h30m", "1 fortnight")]
    [InlineData("duration", "22 ns", "ns")]
    [InlineData("date-time", "2024-02-29T00:00:00Z", "2024-02-29")]
    [InlineData("k8s-short-name", "a-1", "A")]
    [InlineData("k8s-long-name", "a.b", "a..b")]
    [InlineData("bsonobjectid", "507f1f77bcf86cd799439011", "507f")]
    public void A_format_takes_the_good_and_refuses_the_bad(string format, string good, string bad)
    {
        Assert.True(Formats.Holds(format, good), good);
        Assert.False(Formats.Holds(format, bad), bad);
    }
}
