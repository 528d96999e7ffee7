// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package search</c>: asks no server; what repositories have is kept in the home.</summary>
internal static class SearchCommand
{
    private const int Wide = 70;

    public static Command Build()
    {
        var words = new Argument<string[]>("words") { Description = "Words that all have to be there: in the name, a tag or the description; * stands for anything", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Packages, too, of which nothing is offered, and why it is not" };
        Option<string> output = CommandOptions.Output("table", "json", "name");
        var command = new Command("search", "Find packages in the repositories").WithExamples("""
            pelago package search                 all of them
            pelago package search database sql
            pelago package search 'kafka*' -o json
            """);
        command.Arguments.Add(words);
        command.Options.Add(all);
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            Catalog catalog = PackageStores.Load(parsed);
            string query = string.Join(' ', parsed.GetValue(words) ?? []);
            bool every = parsed.GetValue(all);
            IReadOnlyList<CatalogPackage> found = catalog.Search(query, every);
            string hint = every ? "" : Hint(catalog.Search(query, hidden: true).Count - found.Count);
            if (every)
                PackageStores.SayRefused(catalog);
            if (found.Count == 0)
                throw new CliException(hint.Length > 0 ? hint : $"no package of any repository has these words{PackageStores.Guess(query, catalog.Names())}", ExitCode.NothingMatched);
            Print(found, parsed.GetValue(output) ?? "table", every);
            if (hint.Length > 0)
                Console.Error.WriteLine($"pelago: {hint}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What is left out is counted; empty where nothing is.</summary>
    private static string Hint(int hidden) => hidden switch
    {
        0 => "",
        1 => "one package that fits is not offered: --all shows it, and why",
        _ => $"{hidden} packages that fit are not offered: --all shows them, and why",
    };

    private static void Print(IReadOnlyList<CatalogPackage> found, string form, bool every)
    {
        if (form == "name")
        {
            foreach (CatalogPackage package in found)
                Console.Out.WriteLine(PlainText.Of(package.Name));
            return;
        }

        if (form == "json")
        {
            var packages = new JsonArray([.. found.Select(package => (JsonNode)Json(package))]);
            Console.Out.WriteLine(new JsonObject { ["packages"] = packages }.ToJsonString());
            return;
        }

        string[] headers = ["NAME", "VERSION", "SELECTED", "REPOSITORY", "DESCRIPTION"];
        var table = new TextTable(every ? [.. headers, "OFFERED"] : headers);
        foreach (CatalogPackage package in found)
        {
            string text = PlainText.Of(package.Package.Description.ReplaceLineEndings(" "));
            string[] cells = [PlainText.Of(package.Name), PlainText.Of(package.Package.Version), package.Package.Selected ? "yes" : "-", package.Repository.Name, text.Length <= Wide ? text : text[..(Wide - 1)] + "…"];
            table.Add(every ? [.. cells, PackageStores.Offered(package)] : cells);
        }

        table.WriteTo(Console.Out);
    }

    private static JsonObject Json(CatalogPackage package)
    {
        JsonObject json = Described(package);
        if (package.Hidden is { } why)
            json["hidden"] = why;
        return json;
    }

    private static JsonObject Described(CatalogPackage package) => new()
    {
        ["name"] = package.Name, ["currentVersion"] = package.Package.Version, ["repository"] = package.Repository.Name, ["selected"] = package.Package.Selected,
        ["framework"] = package.Package.Framework, ["tags"] = new JsonArray([.. package.Package.Tags.Select(tag => (JsonNode)tag)]), ["description"] = package.Package.Description,
    };
}
