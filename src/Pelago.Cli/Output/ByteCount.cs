// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Cli.Output;

internal static class ByteCount
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>For people, in three digits or so: <c>512 B</c>, <c>3.4 GiB</c>, <c>187 MiB</c>.</summary>
    public static string Of(long bytes)
    {
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
            value /= 1024;
        return unit == 0 || value >= 100
            ? string.Create(CultureInfo.InvariantCulture, $"{value:F0} {Units[unit]}")
            : string.Create(CultureInfo.InvariantCulture, $"{value:F1} {Units[unit]}");
    }
}
