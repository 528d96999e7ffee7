// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Packages.Format;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package validate</c>: what is wrong with the files of packages, and where.</summary>
internal static class ValidateCommand
{
    public static Command Build()
    {
        var name = new Argument<string?>("name") { Description = "The package", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> repo = PackageFolder.Option();
        var all = new Option<bool>("--all") { Description = "Every package of the folder" };
        var command = new Command("validate", "Check the files of packages").WithExamples("""
            pelago package validate --all --repo ./universe
            pelago package validate nginx --repo ./universe
            """);
        command.Arguments.Add(name);
        command.Options.Add(repo);
        command.Options.Add(all);
        PackageFolder.OfferNames(name, repo);
        command.Validators.Add(result =>
        {
            bool every = result.GetValue(all);
            if (every == result.GetValue(name) is not null)
                result.AddError(every ? "--all checks every package: leave the name out" : "name a package, or say --all");
            if (result.GetValue(repo) is null)
                result.AddError("--repo is needed: the folder with the packages");
        });
        command.SetAction(parsed => Run(parsed.GetValue(repo)!, parsed.GetValue(name)));
        return command;
    }

    private static int Run(string repo, string? name)
    {
        var reader = new PackageReader();
        var versions = new RepeatedVersions();
        int revisions = 0, refused = 0;
        foreach (RevisionFolder folder in name is null ? PackageFolder.Revisions(repo) : PackageFolder.Of(repo, name))
        {
            revisions++;
            var faults = new List<PackageFault>();
            if (reader.Read(folder, faults) is { } revision && versions.Add(folder, revision) is { } repeated)
                faults.Add(repeated);
            if (faults.Exists(fault => !fault.IsWarning))
                refused++;
            foreach (PackageFault fault in faults)
            {
                if (fault.IsWarning)
                    Console.Error.WriteLine($"warning: {fault}");
                else
                    Console.Out.WriteLine(fault);
            }
        }

        Console.Error.WriteLine($"{revisions} {(revisions == 1 ? "revision" : "revisions")} in {reader.Files} files: {revisions - refused} accepted, {refused} refused");
        return refused == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
