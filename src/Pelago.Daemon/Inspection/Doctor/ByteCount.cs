// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Daemon.Inspection.Doctor;

internal static class ByteCount
{
    /// <summary>For people: <c>512 MiB</c>, <c>3.4 GiB</c>.</summary>
    public static string Of(long bytes) => bytes >= 1L << 30
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB")
        : $"{bytes >> 20} MiB";
}
