// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Parsing;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>How a command that is about tasks is told which ones: the same words and letters everywhere.</summary>
/// <param name="takenLetters">Letters that mean something else in this command, as <c>n</c> where it has been a number of lines for fifty years.</param>
internal sealed class TaskOptions(string takenLetters = "")
{
    private readonly ClusterSelection _clusters = new();
    private readonly Option<string?> _labels = new("--selector", "-l") { Description = "Only tasks of pods with these labels: app=web,tier!=test", HelpName = "LABELS" };
    private readonly Option<string?> _where = new("--where", "-w") { Description = "Only tasks that meet all of these: state=failed,node~rack7,age<1h", HelpName = "WHAT" };
    private readonly Option<bool> _inactive = new("--inactive", Free(takenLetters, 'i')) { Description = "Finished ones too" };
    private readonly Option<bool> _onlyInactive = new("--only-inactive", "-I") { Description = "Finished ones alone" };
    private readonly Option<string?> _namespace = new("--namespace", Free(takenLetters, 'n')) { Description = "Only this namespace (default: all)", HelpName = "NS" };
    private readonly Option<bool> _allNamespaces = new("--all-namespaces", Free(takenLetters, 'A')) { Description = "All namespaces, which is the default unless config says otherwise" };

    /// <summary>Adds the options to a command. Its arguments are its own; those that are tasks are given to <see cref="Selector"/>.</summary>
    public void AddTo(Command command)
    {
        _labels.Validators.Add(result => Check(result, LabelSelector.TryParse(Text(result), out _, out string? error), error));
        _where.Validators.Add(result => Check(result, TaskConditions.TryParse(Text(result), out _, out string? error), error));
        _namespace.Validators.Add(result => Check(result, Text(result) is { Length: > 0 } ns && NameRules.Dns1123Label(ns).Count == 0, "this is no name of a namespace"));
        foreach (Option option in new Option[] { _labels, _where, _inactive, _onlyInactive, _namespace, _allNamespaces })
            command.Options.Add(option);
        _clusters.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_allNamespaces) && result.GetValue(_namespace) is not null)
                result.AddError("--all-namespaces and --namespace exclude each other");
        });
    }

    /// <summary>An argument of a command that takes names of tasks: those that are no pattern are refused.</summary>
    public static Argument<T> Checked<T>(Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
            {
                // No name of a task begins so, but part of one may be just this: what was meant as an option would choose tasks.
                if (UsageErrors.IsOption(token.Value) && result.Parent is CommandResult command)
                    result.AddError(UsageErrors.NoOption(token.Value, command));
                else if (!TaskPattern.TryParse(token.Value, out _, out string? error))
                    result.AddError(error);
            }
        });
        return argument;
    }

    /// <summary>Which tasks the line means.</summary>
    /// <param name="patterns">Names of tasks on the line, which <see cref="Checked"/> has seen; none for any.</param>
    public TaskSelector Selector(ParseResult parsed, params IReadOnlyList<string> patterns) => new()
    {
        Patterns = [.. patterns.Select(text => TaskPattern.TryParse(text, out TaskPattern? pattern, out string? error) ? pattern : throw new CliException(error, ExitCode.Usage))],
        Namespace = parsed.GetValue(_namespace) ?? (parsed.GetValue(_allNamespaces) ? "" : CliSettings.Of(CommandOptions.HomeOf(parsed))["namespace"] ?? ""),
        Labels = LabelSelector.TryParse(parsed.GetValue(_labels), out LabelSelector? labels, out string? bad) ? labels : throw new CliException(bad, ExitCode.Usage),
        Where = TaskConditions.TryParse(parsed.GetValue(_where), out TaskConditions? where, out string? error) ? where : throw new CliException(error, ExitCode.Usage),
        Finished = parsed.GetValue(_onlyInactive) ? FinishedTasks.Only : parsed.GetValue(_inactive) ? FinishedTasks.Included : FinishedTasks.WhenNothingRuns,
    };

    /// <summary>The clusters that the line means; whoever asks for them disposes of them.</summary>
    public Task<IReadOnlyList<HttpKubeApi>> ConnectAsync(ParseResult parsed, CancellationToken cancel) => _clusters.ConnectAsync(parsed, cancel);

    /// <summary>Asks the clusters of the line; what was found ends their connections when it is disposed of.</summary>
    public async Task<FoundTasks> FindAsync(ParseResult parsed, TaskQuery query, CancellationToken cancel)
    {
        IReadOnlyList<HttpKubeApi> clusters = await ConnectAsync(parsed, cancel);
        try
        {
            return (await new TaskSurvey(TimeProvider.System).FindAsync(clusters, query, cancel)).Owning(clusters);
        }
        catch
        {
            foreach (HttpKubeApi cluster in clusters)
                cluster.Dispose();
            throw;
        }
    }

    private static string[] Free(string taken, char letter) => taken.Contains(letter, StringComparison.Ordinal) ? [] : [$"-{letter}"];

    private static string? Text(OptionResult result) => result.Tokens is [{ } token] ? token.Value : null;

    private static void Check(OptionResult result, bool isGood, string? error)
    {
        if (!isGood && result.Tokens.Count > 0)
            result.AddError($"{result.IdentifierToken?.Value} {Text(result)}: {error}");
    }
}
