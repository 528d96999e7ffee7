// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using Pelago.Cli.Packages;
using Pelago.Client.Local;
using Pelago.Packages.Programs;

namespace Pelago.Cli;

/// <summary>
/// Commands of others: a program <c>pelago-VERB</c> on PATH, or of a package whose command line was added, is <c>pelago VERB</c>. Commands of Pelago's own come first.
/// </summary>
internal static partial class Plugins
{
    private const string Prefix = "pelago-";
    private const int BrokenPipe = 13;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The verbs that there are.</summary>
    public static IReadOnlyList<string> Verbs() =>
        [.. Directories().SelectMany(Files).Select(file => Path.GetFileName(file)[Prefix.Length..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The program of a verb; null when there is none.</summary>
    public static string? Find(string verb)
    {
        if (verb.Length == 0 || verb[0] == '-' || verb.Contains('/', StringComparison.Ordinal))
            return null;
        return Directories().Select(directory => Path.Combine(directory, Prefix + verb)).FirstOrDefault(IsProgram);
    }

    /// <summary>What a program is told: those of packages of DC/OS are told their verb, too.</summary>
    public static IReadOnlyList<string> Arguments(string program, string[] args) =>
        program.StartsWith(OfPackages + "/", StringComparison.Ordinal) && File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(program)!)!, ProgramStore.VerbFirst)) ? args : args[1..];

    /// <summary>Becomes the program, with the terminal, the streams and the signals that this one had. Returns only when that fails.</summary>
    public static void Become(string program, IReadOnlyList<string> arguments)
    {
        // Ignored signals stay so, and a filter whose reader has gone is to end.
        _ = Signal(BrokenPipe, 0);
        string?[] line = [program, .. arguments, null];
        _ = Execute(program, line);
        throw new CliException($"{program} could not be started: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Directories of this build are none of the user's: pelagod beside pelago is no plugin.</summary>
    private static IEnumerable<string> Directories() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted).Where(Directory.Exists).Concat(ProgramStore.Folders(OfPackages));

    private static string OfPackages => ProgramCommand.DirectoryOf(PelagoHome.Resolve(null));

    private static IEnumerable<string> Files(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, Prefix + "*").Where(IsProgram)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsProgram(string file) => File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != UnixFileMode.None;

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
