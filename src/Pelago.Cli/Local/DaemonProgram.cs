// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;

namespace Pelago.Cli.Local;

/// <summary>Finds and starts <c>pelagod</c>: <c>PELAGO_DAEMON</c>, else beside this program, else <c>../pelagod/pelagod</c>, else on PATH.</summary>
internal static class DaemonProgram
{
    private const long MostLog = 16 << 20;

    public static string Find(string name, string variable)
    {
        string? told = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrEmpty(told))
            return File.Exists(told) ? told : throw new CliException($"{variable} says {told}, and no file is there");
        string here = AppContext.BaseDirectory;
        var places = new List<string> { Path.Combine(here, name), Path.Combine(here, "..", name, name) };
        places.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(dir => Path.Combine(dir, name)));
        return places.FirstOrDefault(File.Exists)
            ?? throw new CliException($"{name} was not found beside pelago ({here}) nor on PATH; set {variable} to where it is");
    }

    /// <summary>
    /// Starts the daemon in a session of its own, so that a closing terminal does not end it; its output goes to the log file. One that has grown long
    /// makes room, and is kept beside it until the next one has.
    /// </summary>
    public static Process StartDetached(string daemon, IEnumerable<string> arguments, string logFile, string older)
    {
        if (new FileInfo(logFile) is { Exists: true, Length: > MostLog })
            File.Move(logFile, older, overwrite: true);
        // The shell only redirects and replaces itself: .NET alone cannot hand a file to a child as its output. The log is for its owner alone; what
        // the daemon makes for pods must be readable by whoever they run as (its own directories are closed by their modes).
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("umask 077; log=$1; shift; : >>\"$log\"; umask 022; if command -v setsid >/dev/null; then exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null; else exec nohup \"$@\" >>\"$log\" 2>&1 </dev/null; fi");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(logFile);
        start.ArgumentList.Add(daemon);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new CliException($"could not start {daemon}");
    }
}
