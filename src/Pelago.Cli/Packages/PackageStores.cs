// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.IO;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary>What the home of a line keeps of repositories.</summary>
internal static class PackageStores
{
    public static PackageStore Of(ParseResult parsed) => new(Path.Combine(CommandOptions.HomeOf(parsed).Root, "packages"));

    /// <summary>Runs what may fail for a repository's sake; its message is that of the command.</summary>
    public static T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (RepositoryException fault)
        {
            throw new CliException(fault.Message);
        }
    }

    /// <summary>The same for what takes its time.</summary>
    public static async Task<T> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RepositoryException fault)
        {
            throw new CliException(fault.Message);
        }
    }

    /// <summary>The catalogue, after saying on stderr which repositories of it are stale.</summary>
    public static Catalog Load(ParseResult parsed)
    {
        Catalog catalog = Try(() => Catalog.Load(Of(parsed)));
        if (catalog.Repositories.Count == 0)
            throw new CliException($"there are no repositories: '{Invocation.Of(CommandOptions.HomeOf(parsed))} package repo add NAME URI' brings one", ExitCode.NothingMatched);
        foreach ((RepositoryEntry entry, RepositoryState state) in catalog.Repositories.Where(known => known.State.IsStale))
            Console.Error.WriteLine($"pelago: repository {entry.Name} is stale ({Age(state)}): {state.Fault ?? "it was never fetched"}");
        // Of one that is stale enough was said.
        foreach ((RepositoryEntry entry, RepositoryState state) in catalog.Repositories.Where(known => !known.State.IsStale && catalog.Empty.Contains(known.Entry)))
            Console.Error.WriteLine($"pelago: {Empty(entry, state)}");
        return catalog;
    }

    /// <summary>That a repository has no packages, and what a folder that has some looks like.</summary>
    public static string Empty(RepositoryEntry entry, RepositoryState state)
    {
        string valid = state.Refused > 0 ? "no valid packages" : "no packages";
        string look = Directory.Exists(entry.Uri) && state.Refused == 0 ? $": they lie in folders LETTER/NAME/REVISION of {entry.Uri}" : "";
        return $"repository {entry.Name} has {valid}{look}";
    }

    /// <summary>Whether a revision is offered, and why it is not.</summary>
    public static string Offered(CatalogPackage package) => package.Hidden is { } why ? $"no: {PlainText.Of(why)}" : "yes";

    /// <summary>Says on stderr which repositories have packages that were left out because they are not valid, and how to find out why.</summary>
    public static void SayRefused(Catalog catalog)
    {
        foreach ((RepositoryEntry entry, RepositoryState state) in catalog.Repositories.Where(known => known.State.Refused > 0))
            Console.Error.WriteLine($"pelago: {Refused(entry, state)}");
    }

    /// <summary>How many packages of a repository were left out, and what says why.</summary>
    public static string Refused(RepositoryEntry entry, RepositoryState state)
    {
        string count = state.Refused == 1 ? $"one package of repository {entry.Name} is not valid and was left out" : $"{state.Refused} packages of repository {entry.Name} are not valid and were left out";
        string why = Directory.Exists(entry.Uri) ? $"'{Invocation.Program} package validate --all --repo {entry.Uri}' says why" : "who builds it finds out by 'package validate' of the folder that it is built of";
        return $"{count}: {why}";
    }

    public static string Age(RepositoryState state) => state.Fetched is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "never fetched";

    /// <summary>A revision of the catalogue by name and version, the default version where none is named.</summary>
    public static (CatalogPackage Found, PackageRevision Revision) Find(Catalog catalog, string name, string? version)
    {
        IReadOnlyList<CatalogPackage> revisions = catalog.Revisions(name), hidden = catalog.Hidden(name);
        if (hidden.FirstOrDefault(one => version is null ? revisions.Count == 0 : one.Package.Version == version && revisions.All(offered => offered.Package.Version != version)) is { } withdrawn)
        {
            throw new CliException(
                $"{name} {PlainText.Of(withdrawn.Package.Version)} of repository {withdrawn.Repository.Name} is not offered: {PlainText.Of(withdrawn.Hidden!)}. '{Invocation.Program} package describe {name} --all' shows what is hidden",
                ExitCode.NothingMatched);
        }

        if (revisions.Count == 0)
            throw Unknown(catalog, name);
        CatalogPackage found = revisions.FirstOrDefault(revision => version is null || revision.Package.Version == version)
            ?? throw new CliException($"{name} has no version {version}; there are: {string.Join(", ", revisions.Select(revision => PlainText.Of(revision.Package.Version)))}", ExitCode.NothingMatched);
        return (found, Try(() => catalog.Read(found)));
    }

    /// <summary>That no repository has a package of a name, those that are hidden included.</summary>
    public static CliException Unknown(Catalog catalog, string name) =>
        new($"no repository has a package {name}{Guess(name, catalog.Search("", hidden: true).Select(package => package.Name))}", ExitCode.NothingMatched);

    /// <summary>What somebody may have meant, as a sentence that follows; empty where nothing is near.</summary>
    public static string Guess(string name, IEnumerable<string> known) => Spelling.Nearest(name, known) is { } guess ? $". Did you mean {guess}?" : "";

    public static IEnumerable<CompletionItem> OfferRepositories(CompletionContext context) => Offered(() => Of(context.ParseResult).Repositories().Select(entry => entry.Name));

    public static IEnumerable<CompletionItem> OfferPackages(CompletionContext context) => Offered(() => Catalog.Load(Of(context.ParseResult)).Names());

    private static IEnumerable<CompletionItem> Offered(Func<IEnumerable<string>> names)
    {
        try
        {
            return [.. names().Select(name => new CompletionItem(name))];
        }
        catch (Exception fault) when (fault is RepositoryException or IOException)
        {
            return [];
        }
    }
}
