// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using Pelago.Kube;

namespace Pelago.Cli.Dcsh;

/// <summary>How runs ended, for other programs.</summary>
internal static class RunReports
{
    private const string Head = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\tOrigin";
    private const int FirstSignalCode = 128;

    public static void Write(string? jobLog, string? statusDescriptor, string id, RunRequest request, IReadOnlyList<RunResult> results)
    {
        if (jobLog is not null)
            File.WriteAllLines(jobLog, results.Select(result => Line(result, request)).Prepend(Head));
        if (statusDescriptor is null)
            return;
        if (!int.TryParse(statusDescriptor, NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor))
            throw new CliException($"--status-fd {statusDescriptor}: must be the number of an open descriptor", ExitCode.Usage);
        using FileStream status = StandardStreams.Open(descriptor, FileAccess.Write);
        foreach (RunResult result in results)
        {
            status.Write(KubeJson.ToUtf8(result.ToJson(id)));
            status.Write("\n"u8);
        }
    }

    /// <summary>The columns of GNU parallel's job log, and whose the code is.</summary>
    private static string Line(RunResult result, RunRequest request)
    {
        int signal = result.Origin == RunResult.OfChild && result.Code > FirstSignalCode ? result.Code - FirstSignalCode : 0;
        string command = new StringBuilder(string.Join(' ', request.Command)).Replace('\t', ' ').Replace('\n', ' ').ToString();
        return string.Create(CultureInfo.InvariantCulture,
            $"{result.Index}\t{result.Cluster}/{result.Pod}\t{result.Started.ToUnixTimeMilliseconds() / 1000.0:F3}\t{result.Took.TotalSeconds:F3}\t{result.BytesIn}\t{result.BytesOut}\t{result.Code}\t{signal}\t{command}\t{result.Origin}");
    }
}
