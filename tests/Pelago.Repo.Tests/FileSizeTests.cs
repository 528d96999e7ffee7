// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Xunit;

namespace Pelago.Repo.Tests;

public class FileSizeTests
{
    [Fact]
    public void No_source_file_is_longer_than_600_lines()
    {
        var long_ = new List<string>();
        foreach (string file in Repository.SourceFiles("*.cs"))
        {
            int lines = File.ReadAllLines(file).Length;
            if (lines > 600)
                long_.Add($"{Path.GetRelativePath(Repository.Root, file)}: {lines} lines");
        }

        Assert.Empty(long_);
    }

    [Fact]
    public void Every_source_file_names_its_licence()
    {
        IEnumerable<string> bare = Repository.SourceFiles("*.cs")
            .Where(file => !File.ReadLines(file).FirstOrDefault("").StartsWith("// SPDX-License-Identifier: Apache-2.0", StringComparison.Ordinal));

        Assert.Empty(bare);
    }

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        string[] vague = ["Helper", "Util", "Utils", "Manager", "Misc", "Common"];
        IEnumerable<string> bad = Repository.SourceFiles("*.cs")
            .Where(file => vague.Any(word => Path.GetFileNameWithoutExtension(file).EndsWith(word, StringComparison.Ordinal)));

        Assert.Empty(bad);
    }
}
