// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Node.Logs;

namespace Pelago.Node.Tests.Processes;

/// <summary>What a container printed, put together again from its log file.</summary>
internal static class LogText
{
    public static string Of(string path)
    {
        var text = new StringBuilder();
        foreach (string line in File.ReadAllLines(path))
        {
            if (CriLogFormat.TryParse(Encoding.UTF8.GetBytes(line), out CriLogRecord record))
                text.Append(Encoding.UTF8.GetString(record.Text)).Append(record.Partial ? "" : "\n");
        }
        return text.ToString();
    }
}
