// SPDX-License-Identifier: Apache-2.0

using System.Collections;
using System.CommandLine;
using System.Globalization;
using Pelago.Kube;

namespace Pelago.Cli.Dcsh;

/// <summary>What the command line and the head of a script can both say; the line has the last word.</summary>
internal sealed class DcshOptions
{
    private readonly Option<string?> _image = Text("--image", "The image to run in, where nodes run containers (default: $DCSH_IMAGE)", "IMAGE");
    private readonly Option<string?> _cpus = Text("--cpus", "Processors that it may use", "N");
    private readonly Option<string?> _memory = Text("--mem", "Memory that it may use: 512Mi", "SIZE");
    private readonly Option<string?> _count = Text("--count", "Run it so many times, side by side", "N");
    private readonly Option<bool> _eachNode = new("--each-node") { Description = "Run it once on each node" };
    private readonly Option<string?> _where = Text("--where", "Only on nodes with these labels: disk=ssd,rack=7", "LABELS");
    private readonly Option<string?> _timeout = Text("--timeout", "End it after this time, with code 124: 90s, 5m, 1h", "TIME");
    private readonly Option<string?> _environment = Text("--env", "Variables that go along: NAME takes its value from here, NAME=VALUE sets one; several: A,B=1", "NAMES");
    private readonly Option<bool> _allEnvironment = new("--env-all") { Description = "All variables of this environment go along" };
    private readonly Option<string?> _stage = Text("--stage", "Files below the current directory that go along, as patterns: data/*.csv,lib", "FILES");
    private readonly Option<string?> _return = Text("--return", "Files that come back when it ended well, as patterns: out/*.csv; of several runs into directories 0, 1, …", "FILES");
    private readonly Option<bool> _terminal = new("--tty", "-t") { Description = "In a terminal" };
    private readonly Option<string?> _stdin = Text("--stdin", "What several runs get of standard input: none (the default), broadcast (each all of it), lines (each line goes to one of them)", "HOW");
    private readonly Option<bool> _label = new("--label") { Description = "Each line of several runs begins with the number of its run" };
    private readonly Option<bool> _keep = new("--keep") { Description = "It goes on when this program ends; 'dcsh attach' comes back to it" };
    private readonly Option<string?> _namespace = Text("--namespace", "Where its Job is made (default: default)", "NS");

    private IEnumerable<Option> All =>
        [_image, _cpus, _memory, _count, _eachNode, _where, _timeout, _environment, _allEnvironment, _stage, _return, _terminal, _stdin, _label, _keep, _namespace];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
            command.Options.Add(option);
    }

    public RunRequest Over(RunRequest request, ScriptHead? head, ParseResult parsed)
    {
        string? Of(Option<string?> option, string key) => parsed.GetValue(option) ?? head?.Options.GetValueOrDefault(key);
        bool Is(Option<bool> option, string key) => parsed.GetValue(option) || head?.Options.GetValueOrDefault(key) is "true" or "yes" or "1";
        string? image = Of(_image, "image") ?? Environment.GetEnvironmentVariable("DCSH_IMAGE");
        return request with
        {
            Namespace = Of(_namespace, "namespace") ?? "default",
            Clusters = head?.Options.GetValueOrDefault("cluster"),
            Image = string.IsNullOrEmpty(image) ? RunRequest.DefaultImage : image,
            Cpus = Amount("cpus", Of(_cpus, "cpus")),
            Memory = Amount("mem", Of(_memory, "mem")),
            Count = Count(Of(_count, "n")),
            OnEachNode = parsed.GetValue(_eachNode) || head?.Options.GetValueOrDefault("each") == "node",
            Where = Of(_where, "where"),
            Timeout = Time(Of(_timeout, "timeout")),
            Environment = Variables(parsed.GetValue(_allEnvironment), head?.Options.GetValueOrDefault("env"), parsed.GetValue(_environment)),
            Stage = List(Of(_stage, "stage")),
            Return = List(Of(_return, "return")),
            HasTerminal = Is(_terminal, "tty"),
            Sharing = SharingOf(Of(_stdin, "stdin")),
            HasLabels = Is(_label, "label"),
            Keep = Is(_keep, "keep"),
        };
    }

    /// <summary>A clean base, and what was asked for.</summary>
    private static List<KeyValuePair<string, string>> Variables(bool all, params string?[] lists)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        void Take(string name, string? value)
        {
            if (value is not null && name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') && !char.IsAsciiDigit(name[0]))
                variables[name] = value;
        }

        foreach (string name in (ReadOnlySpan<string>)["TERM", "TZ", "LANG"])
            Take(name, Environment.GetEnvironmentVariable(name));
        if (all)
        {
            foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                // Where programs are there is for the image to say.
                if ((string)variable.Key is not ("PATH" or "HOME" or "PWD" or "OLDPWD" or "SHLVL" or "_"))
                    Take((string)variable.Key, (string?)variable.Value);
            }
        }

        foreach (string word in lists.OfType<string>().SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            Take(equals < 0 ? word : word[..equals], equals < 0 ? Environment.GetEnvironmentVariable(word) : word[(equals + 1)..]);
        }

        return [.. variables.OrderBy(pair => pair.Key, StringComparer.Ordinal)];
    }

    private static string[] List(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int Count(string? text)
    {
        const int Most = 1000;
        if (text is null)
            return 1;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= Most
            ? count
            : throw new CliException($"count {text}: must be a whole number from 1 to {Most}", ExitCode.Usage);
    }

    private static InputSharing SharingOf(string? text) => text switch
    {
        null or "none" => InputSharing.None,
        "broadcast" => InputSharing.Broadcast,
        "lines" => InputSharing.Lines,
        _ => throw new CliException($"stdin {text}: must be none, broadcast or lines", ExitCode.Usage),
    };

    private static TimeSpan Time(string? text)
    {
        if (text is null)
            return TimeSpan.Zero;
        string spelled = text.All(char.IsAsciiDigit) ? text + "s" : text;
        return GoDuration.TryParse(spelled, out GoDuration time, out _) && time.Nanoseconds > 0
            ? time.ToTimeSpan()
            : throw new CliException($"timeout {text}: must be a time such as 90s, 5m or 1h30m", ExitCode.Usage);
    }

    private static string? Amount(string what, string? text) =>
        text is null || Quantity.TryParse(text, out _) ? text : throw new CliException($"{what} {text}: must be an amount such as 2, 500m or 512Mi", ExitCode.Usage);

    private static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };
}
