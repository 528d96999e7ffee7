// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using k8s.Models;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>What a container left as its last words: its termination message file, or the end of its log.</summary>
internal static class TerminationMessage
{
    public const string DefaultPath = "/dev/termination-log";
    private const int MaxFile = 4096;
    private const int MaxLog = 2048;
    private const int MaxLines = 80;

    public static ContainerStatus AddTo(ContainerStatus status, V1Container container, PodPaths paths)
    {
        if (status.State != ContainerState.Exited || status.Message.Length > 0)
            return status;
        string text = Read(paths.TerminationMessage(status.PodUid, status.Name, status.Attempt));
        if (text.Length == 0 && status.ExitCode != 0 && container.TerminationMessagePolicy == "FallbackToLogsOnError")
            text = LastLines(status.LogPath);
        return text.Length == 0 ? status : status with { Message = text };
    }

    private static string Read(string path)
    {
        try
        {
            using FileStream file = LogPosition.Open(path); // a pod that is on the host may have put a pipe or a link there
            byte[] buffer = new byte[MaxFile];
            int count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(buffer, 0, count);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string LastLines(string logPath)
    {
        if (!File.Exists(logPath))
            return "";
        using FileStream file = File.OpenRead(logPath);
        // Each record has at most 40 bytes of prefix.
        long from = Math.Max(0, file.Length - MaxLog - (MaxLines * 40));
        file.Position = from;
        byte[] tail = new byte[file.Length - from];
        int count = file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false);
        var text = new StringBuilder();
        foreach (Range range in tail.AsSpan(0, count).Split((byte)'\n'))
        {
            if (CriLogFormat.TryParse(tail.AsSpan()[range], out CriLogRecord record))
                text.Append(Encoding.UTF8.GetString(record.Text)).Append(record.Partial ? "" : "\n");
        }
        string[] lines = text.ToString().Split('\n');
        string last = string.Join('\n', lines.TakeLast(MaxLines + 1));
        return last.Length <= MaxLog ? last : last[^MaxLog..];
    }
}
