// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Processes;

namespace Pelago.Node.Tests;

/// <summary>Makes a pod's state look as if the machine had been started anew since.</summary>
internal static class OtherBoot
{
    public static void Pretend(string podDirectory)
    {
        foreach (string file in Directory.GetFiles(podDirectory, "sandbox.json", SearchOption.AllDirectories))
            File.WriteAllText(file, File.ReadAllText(file).Replace(StateFile.BootId, "another-boot", StringComparison.Ordinal));
    }
}
