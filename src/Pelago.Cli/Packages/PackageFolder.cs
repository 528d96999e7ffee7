// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Completions;
using System.IO;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;

namespace Pelago.Cli.Packages;

/// <summary>A folder of packages that a line names, and what is taken from it.</summary>
internal static class PackageFolder
{
    public static Option<string?> Option() => new("--repo")
    {
        Description = "A folder of packages, or of a repository that has them in packages or repo/packages", HelpName = "DIR",
    };

    public static Option<string?> Version() => new("--package-version") { Description = "This version (default: the newest)", HelpName = "V" };

    /// <param name="named">What names the folder on the line.</param>
    public static IReadOnlyList<RevisionFolder> Revisions(string directory, string named = "--repo")
    {
        if (!Directory.Exists(directory))
            throw new CliException($"{directory} is no folder: {named} names one with packages in it, such as a checkout of a universe", ExitCode.NothingMatched);
        IReadOnlyList<RevisionFolder> found = RevisionFolder.In(directory);
        return found.Count > 0 ? found : throw new CliException($"{directory} has no packages: they lie in folders LETTER/NAME/REVISION there", ExitCode.NothingMatched);
    }

    public static IEnumerable<RevisionFolder> Of(string directory, string name)
    {
        IReadOnlyList<RevisionFolder> all = Revisions(directory);
        RevisionFolder[] found = [.. all.Where(folder => folder.Name == name)];
        if (found.Length > 0)
            return found;
        string near = Spelling.Nearest(name, all.Select(folder => folder.Name).Distinct()) is { } guess ? $". Did you mean {guess}?" : "";
        throw new CliException($"no package {name} in {directory}{near}", ExitCode.NothingMatched);
    }

    /// <summary>The revision of a version, or the newest one. A revision with faults is refused, and they are printed.</summary>
    public static PackageRevision Read(string directory, string name, string? version)
    {
        var reader = new PackageReader();
        var known = new List<string>();
        foreach (RevisionFolder folder in Of(directory, name).Reverse())
        {
            var faults = new List<PackageFault>();
            if (reader.Read(folder, faults) is not { } revision)
            {
                foreach (PackageFault fault in faults)
                    Console.Error.WriteLine(fault);
                throw new CliException($"{folder.RelativePath} is not a valid package; what is wrong is printed above", ExitCode.Failed);
            }

            if (version is null || revision.Version == version)
                return revision;
            known.Add(revision.Version);
        }

        throw new CliException($"{name} has no version {version} in {directory}; there are: {string.Join(", ", known.Distinct())}", ExitCode.NothingMatched);
    }

    /// <summary>The revisions of a package in a folder, the newest first, for one that needs it.</summary>
    public static IReadOnlyList<DependencyCandidate> Candidates(string directory, string name)
    {
        var reader = new PackageReader();
        return
        [
            .. Revisions(directory).Where(folder => folder.Name == name).Reverse().Select(folder => reader.Read(folder, [])).OfType<PackageRevision>()
                .Select(revision => new DependencyCandidate(revision.Version, directory, () => revision)),
        ];
    }

    /// <summary>Names of packages: of the folder that the line names, else of the repositories.</summary>
    public static void OfferNames(Argument<string?> argument, Option<string?> repo) => argument.CompletionSources.Add(context =>
        context.ParseResult.GetValue(repo) is { } directory && Directory.Exists(directory)
            ? RevisionFolder.In(directory).Select(folder => folder.Name).Distinct().Order(StringComparer.Ordinal).Select(name => new CompletionItem(name))
            : PackageStores.OfferPackages(context));
}
