// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Packages.Format;
using Pelago.Packages.Programs;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package cli</c>: command lines that packages bring, as <c>pelago VERB</c>.</summary>
internal static class ProgramCommand
{
    public static Command Build()
    {
        var command = new Command("cli", "Command lines that packages bring").WithExamples("""
            pelago package cli add cassandra      fetched, checked against the SHA-256 of its package
            pelago cassandra --help               and run
            pelago package cli list
            pelago package cli remove cassandra
            """);
        command.Subcommands.Add(Add());
        command.Subcommands.Add(List());
        command.Subcommands.Add(Remove());
        return command;
    }

    /// <summary>Where a home has them.</summary>
    public static string DirectoryOf(PelagoHome home) => Path.Combine(home.Root, "plugins");

    private static Command Add()
    {
        var name = new Argument<string>("package") { Description = "The package" };
        Option<string?> repo = PackageFolder.Option(), version = PackageFolder.Version();
        var command = new Command("add", "Fetch the command line of a package, check it and make it 'pelago VERB'");
        command.Arguments.Add(name);
        command.Options.Add(repo);
        command.Options.Add(version);
        name.CompletionSources.Add(PackageStores.OfferPackages);
        command.SetAction(async (parsed, cancel) =>
        {
            PackageRevision package = parsed.GetValue(repo) is { } folder
                ? PackageFolder.Read(folder, parsed.GetValue(name)!, parsed.GetValue(version))
                : PackageStores.Find(PackageStores.Load(parsed), parsed.GetValue(name)!, parsed.GetValue(version)).Revision;
            InstalledProgram added = await PackageStores.TryAsync(() => Store(parsed).AddAsync(package, cancel));
            foreach (string verb in added.Verbs)
                Console.Out.WriteLine($"pelago {PlainText.Of(verb)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List()
    {
        Option<string> output = CommandOptions.Output("table", "name");
        var command = new Command("list", "List them");
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            IReadOnlyList<InstalledProgram> all = Store(parsed).All();
            if (parsed.GetValue(output) == "name")
            {
                foreach (InstalledProgram one in all)
                    Console.Out.WriteLine(PlainText.Of(one.Package));
                return ExitCode.Done;
            }

            var table = new TextTable("PACKAGE", "VERSION", "VERBS", "SHA-256");
            foreach (InstalledProgram one in all)
                table.Add(PlainText.Of(one.Package), PlainText.Of(one.Version), PlainText.Of(string.Join(", ", one.Verbs)), one.Sha256);
            table.WriteTo(Console.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove()
    {
        var name = new Argument<string>("package") { Description = "The package" };
        var command = new Command("remove", "Remove one");
        command.Arguments.Add(name);
        command.SetAction(parsed => PackageStores.Try(() => Store(parsed).Remove(parsed.GetValue(name)!))
            ? ExitCode.Done
            : throw new CliException($"no command line of a package {parsed.GetValue(name)} is here: '{Invocation.Program} package cli list'", ExitCode.NothingMatched));
        return command;
    }

    private static ProgramStore Store(ParseResult parsed) => new(DirectoryOf(CommandOptions.HomeOf(parsed)));
}
