// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Repo.Tests;

internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> SourceFiles(string pattern) =>
        new[] { "src", "tests", "bench", "eng" }
            .Select(folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories));

    private static string FindRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Pelago.slnx")))
            at = Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
