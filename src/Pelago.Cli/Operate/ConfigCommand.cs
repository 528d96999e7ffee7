// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Completions;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago config</c>: defaults of options, printed, asked for and set.</summary>
internal static class ConfigCommand
{
    public static Command Build()
    {
        var key = new Argument<string?>("key") { Description = $"One of {string.Join(", ", CliSettings.Keys.Keys)}", Arity = ArgumentArity.ZeroOrOne };
        var value = new Argument<string?>("value") { Description = "Its new value; '' for none", Arity = ArgumentArity.ZeroOrOne };
        key.CompletionSources.Add(_ => CliSettings.Keys.Select(known => new CompletionItem(known.Key, detail: known.Value)));
        key.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && !CliSettings.Keys.ContainsKey(token.Value))
            {
                string near = Spelling.Nearest(token.Value, CliSettings.Keys.Keys) is { } guess ? $". Did you mean {guess}?" : "";
                result.AddError($"config has no {token.Value}; it has {string.Join(", ", CliSettings.Keys.Keys)}{near}");
            }
        });
        var command = new Command("config", "Defaults of options: print, ask for, set").WithExamples("""
            pelago config                     all that is set
            pelago config cluster pelago-2    for commands that do not say --cluster
            pelago config namespace ''        no more
            """);
        command.Arguments.Add(key);
        command.Arguments.Add(value);
        command.SetAction(parsed => Run(CliSettings.Of(CommandOptions.HomeOf(parsed)), parsed.GetValue(key), parsed.GetValue(value)));
        return command;
    }

    private static int Run(CliSettings settings, string? key, string? value)
    {
        if (key is null)
        {
            foreach (string known in CliSettings.Keys.Keys.Where(known => settings[known] is not null))
                Console.Out.WriteLine($"{known}\t{settings[known]}");
            return ExitCode.Done;
        }

        if (value is not null)
        {
            if (value.Length > 0 && Fault(key, value) is { } fault)
                throw new CliException($"config {key} {value}: {fault}", ExitCode.Usage);
            settings.Set(key, value);
            return ExitCode.Done;
        }

        if (settings[key] is { } set)
            Console.Out.WriteLine(set);
        return settings[key] is null ? ExitCode.NothingMatched : ExitCode.Done;
    }

    /// <summary>Why it would be refused as an option; null when it is good. A cluster may yet be made.</summary>
    private static string? Fault(string key, string value)
    {
        string? error = null;
        bool isGood = key switch
        {
            "namespace" => NameRules.Dns1123Label(value).Count == 0,
            "limit" => int.TryParse(value, out int limit) && limit >= 0,
            "sort" => TaskOrder.TryParse(value, out _, out error),
            "columns" => TaskFields.TryParseList(value, out _, out error),
            _ => true,
        };
        return isGood ? null : error ?? "it is no value of that option";
    }
}
