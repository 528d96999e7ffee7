// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo list</c>: in order of priority, and how fresh each is.</summary>
internal static class RepoListCommand
{
    public static Command Build()
    {
        Option<string> output = CommandOptions.Output("table", "json", "name");
        var command = new Command("list", "List the repositories in order of priority").WithExamples("""
            pelago package repo list
            pelago package repo list -o json > repositories.json     'repo import' reads it
            """);
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            Catalog catalog = PackageStores.Try(() => Catalog.Load(PackageStores.Of(parsed)));
            switch (parsed.GetValue(output) ?? "table")
            {
                case "json":
                    Console.Out.WriteLine(new JsonObject { ["repositories"] = new JsonArray([.. catalog.Repositories.Select(one => (JsonNode)Json(one.Entry, one.State))]) }.ToJsonString());
                    break;
                case "name":
                    foreach ((RepositoryEntry entry, _) in catalog.Repositories)
                        Console.Out.WriteLine(entry.Name);
                    break;
                default:
                    PrintTable(catalog);
                    break;
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void PrintTable(Catalog catalog)
    {
        if (catalog.Repositories.Count == 0)
        {
            Console.Error.WriteLine($"no repositories; '{Invocation.Program} package repo add NAME URI' brings one");
            return;
        }

        var table = new TextTable("NAME", "STATE", "FETCHED", "SIGNED", "URI");
        foreach ((RepositoryEntry entry, RepositoryState state) in catalog.Repositories)
            table.Add(entry.Name, state.IsStale ? "stale" : "fresh", PackageStores.Age(state), entry.Key is null ? "-" : "yes", entry.Uri);
        table.WriteTo(Console.Out);
        foreach ((RepositoryEntry entry, RepositoryState state) in catalog.Repositories.Where(one => one.State.Fault is not null))
            Console.Error.WriteLine($"pelago: repository {entry.Name}: {state.Fault}");
    }

    private static JsonObject Json(RepositoryEntry entry, RepositoryState state) => new()
    {
        ["name"] = entry.Name, ["uri"] = entry.Uri, ["key"] = entry.Key, ["stale"] = state.IsStale, ["fetched"] = state.Fetched?.ToString("O"), ["fault"] = state.Fault,
    };
}
