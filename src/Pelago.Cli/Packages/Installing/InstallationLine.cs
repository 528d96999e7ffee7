// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Completion;
using Pelago.Client;

namespace Pelago.Cli.Packages.Installing;

/// <summary>Options that the commands about installed packages have in common.</summary>
internal sealed class InstallationLine
{
    private readonly ClusterSelection _clusters = new();
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "The namespace (default: default)", HelpName = "NS" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would change" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Do not wait until it is healthy: the cluster goes on by itself" };
    private readonly Option<bool> _quiet = CommandOptions.Quiet();
    private readonly Option<string> _output = CommandOptions.Output("table", "json", "name");

    public void AddReading(Command command)
    {
        _clusters.AddTo(command);
        command.Options.Add(_namespace);
        command.Options.Add(_output);
    }

    public void AddChanging(Command command)
    {
        AddReading(command);
        foreach (Option option in new Option[] { _yes, _dryRun, _noWait, _quiet })
            command.Options.Add(option);
    }

    public string Output(ParseResult parsed) => parsed.GetValue(_output) ?? "table";

    public bool IsQuiet(ParseResult parsed) => parsed.GetValue(_quiet);

    public bool Waits(ParseResult parsed) => !parsed.GetValue(_noWait);

    public bool IsTrial(ParseResult parsed) => parsed.GetValue(_dryRun);

    public string? Namespace(ParseResult parsed) => parsed.GetValue(_namespace);

    public Task<IReadOnlyList<HttpKubeApi>> ConnectAsync(ParseResult parsed, CancellationToken cancel) => _clusters.ConnectAsync(parsed, cancel);

    public async Task<InstallationAccess> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        (HttpKubeApi keeper, IReadOnlyList<HttpKubeApi> clusters) = await _clusters.ConnectWithKeeperAsync(parsed, cancel);
        return new InstallationAccess(keeper, clusters, parsed.GetValue(_namespace) ?? "default");
    }

    /// <summary>Whether somebody is there to be asked.</summary>
    public bool Asks(ParseResult parsed) => !parsed.GetValue(_yes) && !parsed.GetValue(_dryRun) && !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>Asks on a terminal; elsewhere --yes has to have said it.</summary>
    public async Task ConfirmAsync(ParseResult parsed, string question, CancellationToken cancel)
    {
        if (parsed.GetValue(_yes))
            return;
        if (Console.IsInputRedirected)
            throw new CliException($"{question} Nobody is there to be asked: say --yes, or --dry-run to see what would change", ExitCode.Usage);
        bool? agreed = await TerminalAnswer.AgreesAsync(question, Console.In, Console.Error, cancel);
        if (agreed != true)
            throw new CliException(agreed is null ? "the input ended without an answer: nothing was changed" : "nothing was changed", ExitCode.Failed);
    }

    /// <summary>Names of what is installed.</summary>
    public void OfferNames(Argument argument) => RemoteNames.Offer(argument, async (parsed, cancel) =>
    {
        using InstallationAccess access = await OpenAsync(parsed, cancel);
        return [.. (await InstallationAccess.ListAsync(access.Home, access.Namespace, cancel)).Select(installation => installation.Name)];
    });
}
