// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Xunit;

namespace Pelago.Kube.Tests.Json;

public sealed class KubeJsonTests
{
    [Fact]
    public void Text_that_is_not_utf_8_is_a_fault_of_the_document()
    {
        byte[] document = [.. "{\"a\":\""u8, 0xff, 0xfe, .. "\"}"u8];

        Assert.Throws<JsonException>(() => KubeJson.Parse(document));
    }
}
