// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;

namespace Pelago.Bench.Launch;

/// <summary>The processes of this machine that run for a home's pods: their environment names a sandbox in it.</summary>
internal static class LaunchedProcesses
{
    public static int Count(string home)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"PELAGO_SANDBOX={home}/");
        return Directory.EnumerateDirectories("/proc")
            .Count(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]) && Environment(directory).AsSpan().IndexOf(mark) >= 0);
    }

    private static byte[] Environment(string process)
    {
        try
        {
            return File.ReadAllBytes(process + "/environ");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
