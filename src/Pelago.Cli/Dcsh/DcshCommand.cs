// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.Text;
using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary><c>pelago dcsh</c>, and what a program of the name <c>dcsh</c> does: a script, or a command, that runs on the cluster as if it ran here.</summary>
internal static class DcshCommand
{
    public const string Name = "dcsh";
    private static readonly Option<bool> Inline = new("-c") { Description = "What follows is no file but a command line for the shell" };
    private static readonly Option<bool> NoInput = new("-n") { Description = "Standard input is empty" };
    private static readonly Option<string?> StatusFile = new("--status-fd") { Description = "Write a JSON line to this descriptor at the end: the code, and whose it is", HelpName = "N" };
    private static readonly Option<string?> JobLogFile = new("--joblog") { Description = "Write a line for each run to this file: where, when, how long, how it ended", HelpName = "FILE" };
    private static readonly Option<bool> FailFast = new("--fail-fast") { Description = "The first run that fails ends the others" };
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Say what is waited for, also where no terminal is" };
    private static readonly Argument<string[]> Operands = new("script") { Description = "A file here, or else a program there; then its arguments, as they are", Arity = ArgumentArity.ZeroOrMore };

    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var options = new DcshOptions();
        var command = new Command(Name, "Run a script on the cluster as if it ran here").WithExamples("""
            pelago dcsh count.dcsh a 'b c'           a script with #!/usr/bin/env dcsh at its head, or any other
            pelago dcsh -c 'hostname; nproc'         a command line
            tar c src | pelago dcsh tar t            a program there, with standard input from here
            pelago dcsh --each-node --label uptime   once on every node
            pelago dcsh --count 20 --joblog runs.tsv work.sh
            pelago dcsh -t bash                      a shell
            pelago dcsh attach 3f2a9c01d4            a run that was started with --keep
            """);
        command.Arguments.Add(Operands);
        foreach (Option option in new Option[] { Inline, NoInput, StatusFile, JobLogFile, FailFast, Verbose })
            command.Options.Add(option);
        options.AddTo(command);
        clusters.AddTo(command);
        command.Subcommands.Add(AttachCommand.Build());
        command.SetAction((parsed, cancel) => RunAsync(parsed, options, clusters, cancel));
        return command;
    }

    /// <summary>What to run, from the words of the line and the head of the script.</summary>
    public static RunRequest Read(ParseResult parsed, DcshOptions options, out Stream? stdin)
    {
        string[] words = parsed.GetValue(Operands) ?? [];
        stdin = parsed.GetValue(NoInput) ? null : StandardStreams.Input();
        if (words.Length == 0)
            throw new CliException("no script: name a file, or a program that is there; -c takes a command line, - a script from standard input", ExitCode.Usage);
        if (parsed.GetValue(Inline))
            return options.Over(new RunRequest { Command = ["/bin/sh", "-c", words[0], .. words.Skip(1).DefaultIfEmpty(Name)] }, null, parsed);
        if (words[0] != "-" && !File.Exists(words[0]))
        {
            return words[0].Contains('/', StringComparison.Ordinal) && !Path.IsPathRooted(words[0])
                ? throw new CliException($"{words[0]}: no such file here", RunFailure.NotFound)
                : options.Over(new RunRequest { Command = words }, null, parsed);
        }

        string name = words[0] == "-" ? "stdin" : Path.GetFileName(words[0]);
        string text;
        using (Stream script = words[0] == "-" ? stdin ?? Stream.Null : File.OpenRead(words[0]))
            text = TextOf(words[0], script);
        stdin = words[0] == "-" ? null : stdin;
        ScriptHead head = ScriptHead.Read(text, name);
        return options.Over(new RunRequest { Command = [.. head.Interpreter, name, .. words.Skip(1)], ScriptName = name, Script = head.Text }, head, parsed);
    }

    private static async Task<int> RunAsync(ParseResult parsed, DcshOptions options, ClusterSelection clusters, CancellationToken cancel)
    {
        RunRequest request = Read(parsed, options, out Stream? stdin);
        if (request.HasTerminal && (Console.IsInputRedirected || Console.IsOutputRedirected))
            throw new CliException("-t needs a terminal here: standard input and output are not one", ExitCode.Usage);
        IReadOnlyList<HttpKubeApi> chosen = await clusters.ConnectAsync(parsed, cancel, request.Clusters);
        bool isTold = parsed.GetValue(Verbose) || !Console.IsErrorRedirected;
        string last = "";
        void Notice(string text)
        {
            if (isTold && text != last)
                Console.Error.WriteLine($"dcsh: {last = text}");
        }

        using var reports = new RunReports(parsed.GetValue(JobLogFile), parsed.GetValue(StatusFile), request);
        using var group = new RunGroup(chosen, request, Notice, TimeProvider.System) { FailsFast = parsed.GetValue(FailFast), Ended = reports.Log };
        SignalForwarding.Begin(group.SignalAsync, TimeProvider.System);
        if (request.Keep)
            Console.Error.WriteLine($"dcsh: kept as {group.Id}; 'dcsh attach {group.Id}' shows it again");
        IReadOnlyList<RunResult> results = await group.RunAsync(stdin, cancel);
        foreach (RunResult result in results.Where(result => result.Reason is not null))
            Console.Error.WriteLine($"dcsh: {result.Reason}");
        reports.Tell(group.Id, results);
        if (reports.StatusFault is { } untold)
            Console.Error.WriteLine($"dcsh: not all is told to the descriptor of --status-fd: {untold.Message}");
        if (reports.Fault is { } unwritten)
            Console.Error.WriteLine($"dcsh: the job log is not whole: {unwritten.Message}");
        foreach (HttpKubeApi api in chosen)
            api.Dispose();
        return results.Max(result => result.Code);
    }

    /// <summary>No more of it is read than shows that it is too long: a pipe or a device may have no end.</summary>
    public static string TextOf(string file, Stream script)
    {
        // An argument of a process has a bound in Linux, and it is text on its way through the cluster.
        const int Most = 96 << 10;
        byte[] bytes = new byte[Most + 1];
        int length = script.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > Most)
            throw new CliException($"{file}: a script has at most {Most >> 10} KiB; bring more with stage=FILE", ExitCode.Usage);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new CliException($"{file}: not UTF-8 text; bring it with stage=FILE and run it by its name", ExitCode.Usage);
        }
    }
}
