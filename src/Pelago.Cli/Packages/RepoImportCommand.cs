// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo import</c>: adds the repositories of a list, as <c>repo list -o json</c> prints it.</summary>
internal static class RepoImportCommand
{
    private const int MaxBytes = 1024 * 1024;

    public static Command Build()
    {
        var file = new Argument<string>("file") { Description = "A list of repositories: {\"repositories\": [{\"name\": …, \"uri\": …}]}" };
        var command = new Command("import", "Add the repositories of a list").WithExamples("""
            pelago package repo list -o json > repositories.json
            pelago package repo import repositories.json
            """);
        command.Arguments.Add(file);
        command.SetAction(async (parsed, cancel) =>
        {
            IReadOnlyList<RepositoryEntry> entries = Read(parsed.GetValue(file)!);
            using var updater = new RepositoryUpdater(PackageStores.Of(parsed), RepositoryLimits.Default, TimeProvider.System);
            int failed = 0;
            foreach (RepositoryEntry entry in entries)
            {
                try
                {
                    await updater.AddAsync(entry, null, cancel);
                    Console.Error.WriteLine($"repository {entry.Name} was added");
                }
                catch (RepositoryException fault)
                {
                    failed++;
                    Console.Error.WriteLine($"pelago: repository {entry.Name} was not added from {entry.Uri}: {fault.Message}");
                }
            }

            return failed == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static IReadOnlyList<RepositoryEntry> Read(string file)
    {
        byte[] list = InputFile.Read(file, MaxBytes, "repositories were not imported");
        try
        {
            RepositoryEntry[] entries = [.. (KubeJson.ParseObject(list).Array("repositories") ?? throw new JsonException("it has no list of repositories")).OfType<JsonObject>()
                .Select(json => new RepositoryEntry(json.String("name") ?? "", json.String("uri") ?? "", json.String("key")))];
            return Array.Find(entries, entry => !RepositoryEntry.IsName(entry.Name) || entry.Uri.Length == 0 || entry.Uri.Contains('\0', StringComparison.Ordinal)) is { } bad
                ? throw new JsonException($"\"{bad.Name}\" at \"{bad.Uri}\" is no repository")
                : [.. entries.Select(entry => RepositoryEntry.Of(entry.Name, entry.Uri, entry.Key))];
        }
        catch (JsonException fault)
        {
            throw new CliException($"repositories were not imported from {file}: {JsonWords.Of(list, fault)}");
        }
    }
}
