// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Xunit;

namespace Pelago.Packages.Tests;

/// <summary>Folders of packages to test with.</summary>
internal static class Universe
{
    /// <summary>A few packages of every packaging version, written for these tests.</summary>
    public static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "Format/samples");

    /// <summary>
    /// The newest revisions with a template of the public DC/OS Universe (branch version-3.x), where a copy is at hand; skips the test where there is none.
    /// </summary>
    public static string Public
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable("PELAGO_TEST_UNIVERSE");
            Assert.SkipUnless(Directory.Exists(folder), "no copy of the DC/OS Universe (PELAGO_TEST_UNIVERSE names its folder of packages)");
            return folder!;
        }
    }

    /// <summary>A copy of the samples that a test may change.</summary>
    public static void CopySamples(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(Samples, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(directory, Path.GetRelativePath(Samples, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
