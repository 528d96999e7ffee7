// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;

namespace Pelago.Node.Tests.Processes;

/// <summary>What a container printed, put together again from its log file.</summary>
internal static class LogText
{
    public static string Of(string path)
    {
        var text = new StringBuilder();
        foreach (string line in File.ReadAllLines(path))
            text.Append(line.AsSpan(40 <= line.Length ? 40 : line.Length)).Append(line[38] == 'F' ? "\n" : "");
        return text.ToString();
    }
}
