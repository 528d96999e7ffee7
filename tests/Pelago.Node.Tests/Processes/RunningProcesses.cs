// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace Pelago.Node.Tests.Processes;

/// <summary>Looks for processes by a text that only a test's own ones have.</summary>
internal static class RunningProcesses
{
    /// <summary>How many processes have exactly this argument.</summary>
    public static int Count(string argument) => All().Count(process => process.Arguments.Contains(argument));

    public static bool Mention(string text) =>
        All().Any(process => process.Id != Environment.ProcessId && process.Arguments.Any(item => item.Contains(text, StringComparison.Ordinal)));

    public static void Kill(string argument)
    {
        foreach ((int id, _) in All().Where(process => process.Arguments.Contains(argument)))
            Process.GetProcessById(id).Kill();
    }

    private static IEnumerable<(int Id, string[] Arguments)> All()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            string[] arguments;
            try
            {
                arguments = File.ReadAllText(directory + "/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            }
            catch (IOException)
            {
                continue;
            }
            if (arguments.Length > 0)
                yield return (id, arguments);
        }
    }
}
