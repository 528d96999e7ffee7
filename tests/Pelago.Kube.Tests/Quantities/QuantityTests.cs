// SPDX-License-Identifier: Apache-2.0

using System.IO;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class QuantityTests
{
    private static readonly Gen<string> Spelling = Gen.Select(
        Gen.OneOf("", "-", "+"),
        Gen.Long[0, 1_000_000_000_000],
        Gen.OneOf("", ".", ".5", ".25", ".001", ".123456789", ".0000000001"),
        Gen.OneOf("", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "e3", "E-3", "e9"),
        (sign, number, fraction, suffix) => $"{sign}{number}{fraction}{suffix}");

    [Fact]
    public void Spellings_mean_what_they_mean_upstream()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Quantities", "golden", "quantities.tsv"));
        var wrong = new List<string>();
        foreach (string line in lines.Where(line => !line.StartsWith('#')))
        {
            string[] parts = line.Split('\t');
            string found = Quantity.TryParse(parts[0], out Quantity value, out string? error)
                ? $"{value}\t{(parts[2] == "*" ? "*" : value.Value)}\t{(parts[3] == "*" ? "*" : value.MilliValue)}\t{value.Format}"
                : $"ERR\t{error}";
            if (found != string.Join('\t', parts[1..]))
                wrong.Add($"{line} but was {found}");
        }

        Assert.True(lines.Length > 500);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Canonical_text_reads_back_as_the_same_amount() => Spelling.Sample(text =>
    {
        Quantity value = Quantity.Parse(text);
        return Quantity.Parse(value.ToString()) == value && value.Spelling == text;
    });

    [Fact]
    public void Sums_and_differences_are_exact() => Gen.Select(Spelling, Spelling).Sample((left, right) =>
    {
        (Quantity a, Quantity b) = (Quantity.Parse(left), Quantity.Parse(right));
        return a + b - b == a && a + b == b + a && (a - b).Sign == a.CompareTo(b) && Quantity.Parse((a + b).ToString()) == a + b;
    });

    [Fact]
    public void Equal_amounts_have_equal_hashes()
    {
        Assert.Equal(Quantity.Parse("1"), Quantity.Parse("1000m"));
        Assert.Equal(Quantity.Parse("1").GetHashCode(), Quantity.Parse("1000m").GetHashCode());
        Assert.Equal("1000m", Quantity.Parse("1000m").Spelling);
        Assert.Equal("1", Quantity.Parse("1000m").ToString());
    }

    [Fact]
    public void Amounts_beyond_the_largest_suffix_keep_their_size()
    {
        Quantity sum = Quantity.Parse("7Ei") * 1024 * 1024;

        Assert.Equal(sum, Quantity.Parse(sum.ToString()));
        Assert.Equal("1000E", Quantity.Parse("1000E").ToString());
    }

    [Fact]
    public void A_sum_is_written_like_its_first_operand_unless_that_is_zero()
    {
        Assert.Equal("1536Mi", (Quantity.Parse("1Gi") + Quantity.Parse("512Mi")).ToString());
        Assert.Equal("512Mi", (Quantity.Zero + Quantity.Parse("512Mi")).ToString());
    }

    [Fact]
    public void Huge_texts_and_exponents_are_refused_not_computed()
    {
        Assert.False(Quantity.TryParse(new string('9', 100_000), out _));
        Assert.False(Quantity.TryParse("1e2000000000", out _));
        Assert.False(Quantity.TryParse("", out _, out string? error));
        Assert.Equal("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'", error);
    }

    [Fact]
    public void Values_saturate_instead_of_overflowing()
    {
        Assert.Equal(long.MaxValue, Quantity.Parse("100E").Value);
        Assert.Equal(long.MinValue, (-Quantity.Parse("100E")).MilliValue);
    }
}
