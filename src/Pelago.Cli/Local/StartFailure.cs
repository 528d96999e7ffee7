// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary>Why a daemon ended before it was ready, in one line, from what it wrote to its log.</summary>
internal static class StartFailure
{
    private const string ReasonMark = "pelagod: ";
    private const int Tail = 32 << 10;

    public static CliException Of(PelagoHome home, string daemon, int exitCode, long logStart)
    {
        string[] lines = LinesSince(home, logStart);
        string[] reasons = [.. lines.Where(line => line.StartsWith(ReasonMark, StringComparison.Ordinal)).Select(line => line[ReasonMark.Length..]).Distinct()];
        if (reasons.Length > 0)
        {
            string reason = string.Join("; ", reasons);
            string where = reason.Contains("pelagod store check", StringComparison.Ordinal) ? $" (pelagod is {Path.GetFullPath(daemon)}; '{Invocation.Of(home)} doctor' checks too)" : "";
            return new CliException($"could not start the clusters of {home.Root}: {reason}{where}");
        }

        if (HomeAccess.IsFull(home))
            return new CliException($"could not start the clusters of {home.Root}: there is no space left on its disk; nothing was lost: free some space and start again");
        // No reason means a fault of the daemon itself, or of what it runs on (no .NET runtime): its last words are all there is.
        string words = string.Join('\n', lines.TakeLast(15).Select(line => "  " + line));
        return new CliException($"pelagod ended with code {exitCode} before the clusters of {home.Root} were ready. '{Invocation.Of(home)} doctor' looks for causes; the end of {home.LogFile}:\n{words}");
    }

    private static string[] LinesSince(PelagoHome home, long from)
    {
        try
        {
            using FileStream log = File.Open(home.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Seek(Math.Max(from, log.Length - Tail), SeekOrigin.Begin);
            using var reader = new StreamReader(log);
            return reader.ReadToEnd().TrimEnd().Split('\n');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
