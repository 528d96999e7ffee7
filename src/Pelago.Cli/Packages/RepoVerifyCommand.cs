// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo verify</c>: fetches a repository, checks it and keeps nothing.</summary>
internal static class RepoVerifyCommand
{
    public static Command Build()
    {
        var uri = new Argument<string>("uri") { Description = "A folder, a file or an HTTP(S) address" };
        var key = new Option<string?>("--key") { Description = "Only when it is signed with this public key (PEM)", HelpName = "FILE" };
        var command = new Command("verify", "Check a repository without adding it").WithExamples("""
            pelago package repo verify ./site/index.json --key signer.pem
            pelago package repo verify https://packages.example.com/index.json
            """);
        command.Arguments.Add(uri);
        command.Options.Add(key);
        command.SetAction(async (parsed, cancel) =>
        {
            var entry = RepositoryEntry.Of("verified", parsed.GetValue(uri)!, RepoAddCommand.ReadKey(parsed.GetValue(key)));
            using var updater = new RepositoryUpdater(PackageStores.Of(parsed), RepositoryLimits.Default, TimeProvider.System);
            try
            {
                (int packages, int refused, string? signer) = await updater.VerifyAsync(entry, cancel);
                Console.Out.WriteLine($"{packages} packages, {refused} refused, {(signer is null ? "not signed" : $"signed by {SignedIndex.Fingerprint(signer)}")}");
                return refused == 0 ? ExitCode.Done : ExitCode.Failed;
            }
            catch (RepositoryException fault)
            {
                throw new CliException($"{entry.Uri} is not a valid repository: {fault.Message}");
            }
        });
        return command;
    }
}
