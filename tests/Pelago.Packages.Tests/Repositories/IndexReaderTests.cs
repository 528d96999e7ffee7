// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Packages.Repositories;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

public class IndexReaderTests
{
    [Theory]
    [InlineData("{\"packages\": [{\"name\": \"a\", \"version\": \"1\", \"tags\": [\"x\", 7, \"y\"]}, {\"name\": \"b\", \"version\": \"1\", \"tags\": [\"x\"]}], \"data\": \"d\"}", "a:x,y b:x")]
    [InlineData("{\"packages\": [{\"name\": \"a\", \"version\": \"1\", \"tags\": [\"x\"]}, {\"name\": \"b\", \"version\": \"1\", \"tags\": [\"x\", \"z\"]}, 7, {\"name\": 7}]}", "a:x b:x,z :")]
    [InlineData("{\"packages\": [{\"name\": \"a\", \"tags\": {\"x\": []}, \"offset\": \"no\", \"length\": -4, \"selected\": [true]}]}", "a:")]
    [InlineData("{\"packages\": {}}", "")]
    [InlineData("[]", "")]
    public void An_index_is_read_whatever_its_fields_are_of(string text, string packages)
    {
        IReadOnlyList<IndexedPackage> read = IndexReader.Read(Encoding.UTF8.GetBytes(text));

        Assert.Equal(packages, string.Join(' ', read.Select(package => $"{package.Name}:{string.Join(',', package.Tags)}")));
        Assert.All(read, package => Assert.Equal((0, 0, text.Contains("\"data\"", StringComparison.Ordinal) ? "d" : ""), (package.Offset, package.Length, package.Data)));
    }
}
