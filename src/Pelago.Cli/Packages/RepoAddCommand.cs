// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo add</c>: fetches a repository and keeps it; a signed one is pinned to its key.</summary>
internal static class RepoAddCommand
{
    /// <summary>Of a key, in bytes.</summary>
    private const int MaxKey = 64 * 1024;

    public static Command Build()
    {
        var name = new Argument<string>("name") { Description = "What it is to be called here" };
        var uri = new Argument<string>("uri") { Description = "A folder, a file or an HTTP(S) address" };
        Option<int?> index = CommandOptions.Number("--index", "Its priority: 0 is the first (default: the last)", "N", 0, 1000);
        var key = new Option<string?>("--key") { Description = "Only when it is signed with this public key (PEM)", HelpName = "FILE" };
        var command = new Command("add", "Fetch a repository and keep it").WithExamples("""
            pelago package repo add ours ./packages
            pelago package repo add signed https://packages.example.com/index.json --key signer.pem
            """);
        command.Arguments.Add(name);
        command.Arguments.Add(uri);
        command.Options.Add(index);
        command.Options.Add(key);
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !RepositoryEntry.IsName(given))
                result.AddError($"name {given}: must begin with a letter or a digit and have at most 64 characters of ASCII, no slashes");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var entry = RepositoryEntry.Of(parsed.GetValue(name)!, parsed.GetValue(uri)!, ReadKey(parsed.GetValue(key)));
            PackageStore store = PackageStores.Of(parsed);
            using var updater = new RepositoryUpdater(store, RepositoryLimits.Default, TimeProvider.System);
            try
            {
                (RepositoryEntry added, RepositoryState state) = await updater.AddAsync(entry, parsed.GetValue(index), cancel);
                if (added.Key is not null)
                    Console.Error.WriteLine($"pinned to the key {SignedIndex.Fingerprint(added.Key)}");
                if (state.Refused > 0)
                    Console.Error.WriteLine(PackageStores.Refused(added, state));
                if (store.Count(added.Name) == 0)
                    Console.Error.WriteLine($"pelago: {PackageStores.Empty(added, state)}");
                Console.Error.WriteLine($"repository {added.Name} was added");
                return ExitCode.Done;
            }
            catch (RepositoryException fault)
            {
                throw new CliException($"repository {entry.Name} was not added from {entry.Uri}: {fault.Message}");
            }
        });
        return command;
    }

    public static string? ReadKey(string? file) => file is null ? null : Encoding.UTF8.GetString(InputFile.Read(file, MaxKey, "the key was not read"));
}
