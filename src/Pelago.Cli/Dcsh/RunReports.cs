// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using Pelago.Kube;

namespace Pelago.Cli.Dcsh;

/// <summary>How runs ended, for other programs: a line of each in the job log as it ends, so that it holds what a client that is killed has seen.</summary>
internal sealed class RunReports : IDisposable
{
    private const string Head = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\tOrigin";
    private const int FirstSignalCode = 128;
    private readonly RunRequest _request;
    private readonly StreamWriter? _jobLog;
    private readonly FileStream? _status;

    /// <summary>Opens both, so that what cannot be written is known before anything runs.</summary>
    /// <exception cref="CliException">The descriptor is no number of an open one.</exception>
    public RunReports(string? jobLog, string? statusDescriptor, RunRequest request)
    {
        _request = request;
        _status = statusDescriptor is null ? null : OpenDescriptor(statusDescriptor);
        if (jobLog is null)
            return;
        _jobLog = new StreamWriter(jobLog) { AutoFlush = true, NewLine = "\n" };
        _jobLog.WriteLine(Head);
    }

    /// <summary>Why not all lines are in the job log; null: they are.</summary>
    public IOException? Fault { get; private set; }

    /// <summary>Why not all is told to the descriptor; null: it is.</summary>
    public IOException? StatusFault { get; private set; }

    /// <summary>A run has ended. Nothing that goes wrong here may change what became of it.</summary>
    public void Log(RunResult result)
    {
        try
        {
            if (Fault is null)
                _jobLog?.WriteLine(Line(result, _request));
        }
        catch (IOException fault)
        {
            Fault = fault;
        }
    }

    /// <summary>All have: a line of JSON for each goes to the descriptor. As above, their codes stand whatever goes wrong.</summary>
    public void Tell(string id, IReadOnlyList<RunResult> results)
    {
        try
        {
            foreach (RunResult result in _status is null ? [] : results)
            {
                _status!.Write(KubeJson.ToUtf8(result.ToJson(id)));
                _status.Write("\n"u8);
            }
        }
        catch (IOException fault)
        {
            StatusFault = fault;
        }
    }

    public void Dispose()
    {
        _status?.Dispose();
        try
        {
            _jobLog?.Dispose();
        }
        catch (IOException fault)
        {
            // What could not be written is tried once more here.
            Fault ??= fault;
        }
    }

    private static FileStream OpenDescriptor(string text)
    {
        // What is made of a descriptor that is not open says so only when it is written to.
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor) && File.Exists($"/proc/self/fd/{descriptor}"))
            return StandardStreams.Open(descriptor, FileAccess.Write);
        throw new CliException($"--status-fd {text}: must be the number of an open descriptor", ExitCode.Usage);
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
