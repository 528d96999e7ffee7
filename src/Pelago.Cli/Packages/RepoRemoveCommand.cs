// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo remove</c></summary>
internal static class RepoRemoveCommand
{
    public static Command Build()
    {
        var names = new Argument<string[]>("names") { Description = "The repositories", Arity = ArgumentArity.OneOrMore };
        var command = new Command("remove", "Forget repositories and what is kept of them").WithExamples("pelago package repo remove ours");
        command.Arguments.Add(names);
        names.CompletionSources.Add(PackageStores.OfferRepositories);
        command.SetAction(parsed =>
        {
            PackageStore store = PackageStores.Of(parsed);
            int code = ExitCode.Done;
            foreach (string name in parsed.GetValue(names)!)
            {
                if (PackageStores.Try(() => store.Remove(name)))
                {
                    Console.Error.WriteLine($"repository {name} was removed, and what was kept of it");
                    continue;
                }

                Console.Error.WriteLine($"pelago: there is no repository {name}{PackageStores.Guess(name, store.Repositories().Select(entry => entry.Name))}");
                code = ExitCode.NothingMatched;
            }

            return code;
        });
        return command;
    }
}
