// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo update</c>: asks every repository for what is new; one that fails is stale and the others are not.</summary>
internal static class RepoUpdateCommand
{
    public static Command Build()
    {
        var names = new Argument<string[]>("names") { Description = "Only these (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("update", "Fetch what is new in the repositories").WithExamples("""
            pelago package repo update
            pelago package repo update public
            """);
        command.Arguments.Add(names);
        names.CompletionSources.Add(PackageStores.OfferRepositories);
        command.SetAction(async (parsed, cancel) =>
        {
            PackageStore store = PackageStores.Of(parsed);
            string[] wanted = parsed.GetValue(names) ?? [];
            RepositoryEntry[] entries = [.. PackageStores.Try(store.Repositories).Where(entry => wanted.Length == 0 || wanted.Contains(entry.Name))];
            if (wanted.FirstOrDefault(name => !Array.Exists(entries, entry => entry.Name == name)) is { } unknown)
                throw new CliException($"there is no repository {unknown}{PackageStores.Guess(unknown, store.Repositories().Select(entry => entry.Name))}", ExitCode.NothingMatched);
            using var updater = new RepositoryUpdater(store, RepositoryLimits.Default, TimeProvider.System);
            IReadOnlyList<(RepositoryEntry Entry, RepositoryState State)> updated = await updater.UpdateAsync(entries, (entry, state) => Say(store, entry, state), cancel);
            return updated.Any(one => one.State.IsStale) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static void Say(PackageStore store, RepositoryEntry entry, RepositoryState state)
    {
        if (state.Fault is not null)
            Console.Error.WriteLine($"pelago: repository {entry.Name} was not updated from {entry.Uri}: {state.Fault}; what is kept is from {PackageStores.Age(state)}");
        else if (store.Count(entry.Name) == 0)
            Console.Error.WriteLine($"pelago: {PackageStores.Empty(entry, state)}");
        else
            Console.Error.WriteLine($"repository {entry.Name} is fresh");
    }
}
