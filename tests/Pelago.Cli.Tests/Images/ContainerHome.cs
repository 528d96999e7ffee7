// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Containerd;
using Pelago.TestKit.Images;
using Xunit;

namespace Pelago.Cli.Tests.Images;

/// <summary>What tests with containers need of this machine.</summary>
internal static class ContainerHome
{
    /// <summary>Skips a test where containers cannot be run.</summary>
    public static void Require()
    {
        string missing = string.Join("; ", new ContainerdTools().Missing());
        Assert.SkipWhen(missing.Length > 0, $"containers cannot be run here: {missing}");
        Assert.SkipUnless(File.Exists(ImageFile.Busybox), $"{ImageFile.Busybox} is not there (Debian: apt-get install busybox-static)");
    }
}
