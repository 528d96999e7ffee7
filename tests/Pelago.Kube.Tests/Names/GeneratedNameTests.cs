// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class GeneratedNameTests
{
    [Fact]
    public void Suffix_has_five_characters_of_the_alphabet_and_long_prefixes_are_cut() => Gen.Select(Gen.Int[0, 80], Gen.Int).Sample((length, seed) =>
    {
        string name = GeneratedName.Next(new string('p', length), new Random(seed));
        Assert.Equal(Math.Min(length, 58) + 5, name.Length);
        Assert.All(name[^5..], character => Assert.Contains(character, GeneratedName.Alphabet));
    });

    [Fact]
    public void No_character_of_the_prefix_is_halved()
    {
        string before = new('p', 57);

        Assert.StartsWith(before, GeneratedName.Next(before + "\U0001F41F-", new Random(1)), StringComparison.Ordinal);
        Assert.Equal(57 + 5, GeneratedName.Next(before + "\U0001F41F-", new Random(1)).Length);
        Assert.Equal(58 + 5, GeneratedName.Next(before[1..] + "\U0001F41F-", new Random(1)).Length);
    }

    [Fact]
    public void Equal_seeds_make_equal_names() => Assert.Equal(GeneratedName.Next("a-", new Random(1)), GeneratedName.Next("a-", new Random(1)));

    [Fact]
    public void Digits_are_encoded_as_upstream_encodes_them() => Assert.Equal("456789bcdf", GeneratedName.SafeEncode("0123456789"));

    [Fact]
    public void Hash_depends_on_content_and_collisions()
    {
        string hash = GeneratedName.Hash("{}"u8);

        Assert.Equal(hash, GeneratedName.Hash("{}"u8));
        Assert.NotEqual(hash, GeneratedName.Hash("{ }"u8));
        Assert.NotEqual(hash, GeneratedName.Hash("{}"u8, 1));
        Assert.Empty(NameRules.LabelValue(hash));
    }

    [Theory]
    [InlineData("a\"b\\\n\u0001\u00e9\u200b", "\"a\\\"b\\\\\\n\\x01\u00e9\\u200b\"")]
    public void Quoting_is_that_of_Go(string text, string quoted) => Assert.Equal(quoted, GoText.Quote(text));
}
