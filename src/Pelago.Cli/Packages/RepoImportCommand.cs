// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
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
            JsonArray list = Read(parsed.GetValue(file)!);
            using var updater = new RepositoryUpdater(PackageStores.Of(parsed), RepositoryLimits.Default, TimeProvider.System);
            int added = 0;
            for (int i = 0; i < list.Count; i++)
            {
                if (await AddAsync(updater, list[i] as JsonObject, i + 1, cancel))
                    added++;
            }

            if (added == list.Count)
                return ExitCode.Done;
            Console.Error.WriteLine($"pelago: {added} of {list.Count} repositories were added; why the others were not is said above");
            return ExitCode.Failed;
        });
        return command;
    }

    /// <summary>One that cannot be had does not keep the others away.</summary>
    private static async Task<bool> AddAsync(RepositoryUpdater updater, JsonObject? item, int number, CancellationToken cancel)
    {
        string name = item?.String("name") ?? "", uri = item?.String("uri") ?? "";
        if (!RepositoryEntry.IsName(name) || uri.Length == 0 || uri.Contains('\0', StringComparison.Ordinal))
        {
            Console.Error.WriteLine($"pelago: number {number} of the list is no repository: it needs a name (ASCII, no slashes) and a uri, and has \"{PlainText.Of(name)}\" and \"{PlainText.Of(uri)}\"");
            return false;
        }

        var entry = RepositoryEntry.Of(name, uri, item!.String("key"));
        try
        {
            await updater.AddAsync(entry, null, cancel);
            Console.Error.WriteLine($"repository {entry.Name} was added");
            return true;
        }
        catch (RepositoryException fault)
        {
            Console.Error.WriteLine($"pelago: repository {entry.Name} was not added from {PlainText.Of(entry.Uri)}: {fault.Message}");
            return false;
        }
    }

    private static JsonArray Read(string file)
    {
        byte[] list = InputFile.Read(file, MaxBytes, "repositories were not imported");
        try
        {
            return KubeJson.ParseObject(list).Array("repositories") ?? throw new JsonException("it has no list of repositories");
        }
        catch (JsonException fault)
        {
            throw new CliException($"repositories were not imported from {file}: {JsonWords.Of(list, fault)}");
        }
    }
}
