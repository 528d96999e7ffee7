// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Packages.Format;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Format;

/// <summary>Files in which as much is wrong as fits in: what is wrong is listed up to a bound, and each byte is looked at a few times.</summary>
public sealed class FaultyFileTests : IDisposable
{
    private const int Size = PackageReader.MaxFile - 1000;
    private readonly TemporaryDirectory _root = new();

    public FaultyFileTests() => Universe.CopySamples(_root.Path);

    public void Dispose() => _root.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData("\"a\":1,\n")]
    [InlineData("\"k\u00fc\":\"\u00fc\",\n")]
    [InlineData("\"\\u0061\":1,\n")]
    [InlineData("\"N\":\"plain\",\n")]
    public async Task What_is_wrong_a_hundred_thousand_times_is_listed_a_hundred_times(string line)
    {
        var text = new StringBuilder("{");
        for (int i = 0; Encoding.UTF8.GetMaxByteCount(line.Length) * (i + 1) < Size / 2; i++)
            text.Append(line.Replace("N", $"n{i}", StringComparison.Ordinal));
        await File.WriteAllTextAsync(_root["L/ledger/1/resource.json"], $"{text}\"last\":1}}", TestContext.Current.CancellationToken);

        IReadOnlyList<PackageFault> faults = await Task.Run(Faults);

        Assert.InRange(faults.Count, 100, 102);
        Assert.Contains("not listed", faults[^1].Message, StringComparison.Ordinal);
        Assert.True(faults[^2].Line > 30, faults[^2].ToString());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_name_of_a_megabyte_costs_no_more_for_all_that_lies_under_it()
    {
        string name = new('n', 1024 * 1024);
        string inner = string.Join(",\n", Enumerable.Range(0, 50_000).Select(i => $"\"u{i}\":{{\"bad\":1}}"));
        await File.WriteAllTextAsync(_root["L/ledger/1/resource.json"], $"{{\"images\":{{\"{name}\":{{{inner}}}}},\"cli\":7}}", TestContext.Current.CancellationToken);

        IReadOnlyList<PackageFault> faults = await Task.Run(Faults);

        Assert.Contains(faults, fault => fault.Pointer == "/cli" && fault.Line == 50_000);
    }

    private IReadOnlyList<PackageFault> Faults()
    {
        var faults = new List<PackageFault>();
        Assert.Null(new PackageReader().Read(RevisionFolder.In(_root.Path).First(folder => folder.RelativePath == "L/ledger/1"), faults));
        return faults;
    }
}
