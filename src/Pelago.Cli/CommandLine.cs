// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using Pelago.Cli.Dcsh;
using Pelago.Cli.Local;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli;

/// <summary>Runs a line, and says what a failure of any command looks like.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // Scripts ask it often, and it needs no command.
        if (args is ["--version"])
            return VersionCommand.Write();
        StandardStreams.SetClosedAside();
        Command root = ProgramName() == DcshCommand.Name ? CommandTree.BuildDcsh() : CommandTree.Build(args.FirstOrDefault());
        if (root is RootCommand && args is ["help", ..])
            args = [.. args[1..], "--help"];
        ParseResult parsed = root.Parse(PartLetters.Spell(OperandLine.Prepare(args, root), root));
        try
        {
            // A command of Pelago's own is never taken from a program on PATH.
            if (root is RootCommand && args.Length > 0 && root.Subcommands.All(command => command.Name != args[0]) && Plugins.Find(args[0]) is { } plugin)
                Plugins.Become(plugin, Plugins.Arguments(plugin, args));
            if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
                return UsageErrors.Print(parsed);
            // Signals to dcsh are for what it runs.
            bool endsBySignal = parsed.CommandResult is not ({ Command.Name: DcshCommand.Name } or { Parent: CommandResult { Command.Name: DcshCommand.Name } });
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = endsBySignal ? TimeSpan.FromSeconds(90) : null };
            return await parsed.InvokeAsync(configuration, CancellationToken.None);
        }
        catch (CliException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (Exception e) when (e is ApiStatusException or KubeconfigException)
        {
            return Fail(e.Message, ExitCode.Failed);
        }
        catch (ClusterUnreachableException e)
        {
            return Fail(e.Message, ExitCode.Unreachable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, ExitCode.Failed);
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>By which name it was called; where it is no native code the runtime says the name of a library.</summary>
    private static string ProgramName()
    {
        string first = Environment.GetCommandLineArgs()[0];
        const string Own = "/proc/self/cmdline";
        if (Path.GetExtension(first) == ".dll" && File.Exists(Own))
            first = File.ReadAllText(Own).Split('\0')[0];
        return Path.GetFileName(first);
    }

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"pelago: {message}");
        return exitCode;
    }
}
