// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Rendering;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package describe</c>: what a package is, and which options it has.</summary>
internal static class DescribeCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("name") { Description = "The package" };
        Option<string?> version = PackageFolder.Version();
        var config = new Option<bool>("--config") { Description = "The schema of its options" };
        var versions = new Option<bool>("--package-versions") { Description = "The versions that there are, one a line" };
        var render = new Option<bool>("--render") { Description = "What it would apply, with --options and --set" };
        var all = new Option<bool>("--all") { Description = "Every revision that repositories have, those too that are not offered, and why they are not" };
        Option<string> output = CommandOptions.Output("text", "json");
        var options = new PackageOptions();
        var command = new Command("describe", "Print what a package is").WithExamples("""
            pelago package describe kafka
            pelago package describe kafka --config
            pelago package describe kafka --package-versions
            pelago package describe kafka --all                   also those that are hidden, and why
            pelago package describe kafka -o json                 whole, with its icons
            pelago package describe kafka --render --set brokers.count=5
            """);
        command.Arguments.Add(name);
        foreach (Option option in new Option[] { version, config, versions, render, all, output })
            command.Options.Add(option);
        options.AddTo(command);
        name.CompletionSources.Add(PackageStores.OfferPackages);
        command.SetAction(parsed =>
        {
            Catalog catalog = PackageStores.Load(parsed);
            if (parsed.GetValue(all))
                return PrintAll(catalog, parsed.GetValue(name)!);
            (CatalogPackage found, PackageRevision revision) = PackageStores.Find(catalog, parsed.GetValue(name)!, parsed.GetValue(version));
            if (parsed.GetValue(render))
                return RenderCommand.RenderOne(revision, new RenderRequest { Options = options.Read(parsed, revision.Config) }, lines: false);
            if (parsed.GetValue(versions))
            {
                foreach (CatalogPackage one in catalog.Revisions(found.Name))
                    Console.Out.WriteLine(PlainText.Of(one.Package.Version));
            }
            else if (parsed.GetValue(config))
            {
                Console.Out.WriteLine(PrettyJson.Of(revision.Config ?? throw new CliException($"{found.Name} {revision.Version} takes no options", ExitCode.NothingMatched)));
            }
            else
            {
                JsonObject json = Json(found, revision);
                if (parsed.GetValue(output) != "json" && json.Object("images") is { } images)
                    DataAddress.Shorten(images);
                Console.Out.WriteLine(PrettyJson.Of(json));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static int PrintAll(Catalog catalog, string name)
    {
        CatalogPackage[] all = [.. catalog.Revisions(name).Concat(catalog.Hidden(name)).OrderBy(one => one.Priority).ThenByDescending(one => one.Package.ReleaseVersion)];
        if (all.Length == 0)
            throw PackageStores.Unknown(catalog, name);
        var table = new TextTable("VERSION", "REVISION", "REPOSITORY", "OFFERED");
        foreach (CatalogPackage one in all)
            table.Add(PlainText.Of(one.Package.Version), $"{one.Package.ReleaseVersion}", one.Repository.Name, PackageStores.Offered(one));
        table.WriteTo(Console.Out);
        PackageStores.SayRefused(catalog);
        return ExitCode.Done;
    }

    private static JsonObject Json(CatalogPackage found, PackageRevision revision)
    {
        var json = (JsonObject)revision.Package.DeepClone();
        json["repository"] = found.Repository.Name;
        json["releaseVersion"] = revision.ReleaseVersion;
        if (revision.Resource?.Object("images") is { } images)
            json["images"] = images.DeepClone();
        return json;
    }
}
