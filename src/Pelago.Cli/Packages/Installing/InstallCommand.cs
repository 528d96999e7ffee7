// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages.Installing;

/// <summary><c>pelago package install</c>: says what will be there, and leaves the rest to the cluster.</summary>
internal static class InstallCommand
{
    public static Command Build()
    {
        var line = new InstallationLine();
        var package = new Argument<string>("package") { Description = "The package" };
        Option<string?> repo = PackageFolder.Option(), version = PackageFolder.Version();
        var appId = new Option<string?>("--app-id") { Description = "What the installation is called (default: as the package)", HelpName = "NAME" };
        Option<int?> timeout = CommandOptions.Number("--timeout", "How many seconds its objects may take to become healthy (default: 300)", "SECONDS", 1, 86_400);
        var options = new PackageOptions();
        var overlays = new ClusterOptions();
        var command = new Command("install", "Install a package on a cluster, or on several").WithExamples("""
            pelago package install nginx
            pelago package install nginx --app-id web --set replicas=3 --yes
            pelago package install nginx --options web.yaml --dry-run
            pelago package install nginx --cluster pelago-1,pelago-2 --set-on pelago-2:replicas=5
            """);
        command.Arguments.Add(package);
        foreach (Option option in new Option[] { repo, version, appId, timeout })
            command.Options.Add(option);
        options.AddTo(command, (overlays.Files, ":"));
        overlays.AddTo(command);
        line.AddChanging(command);
        package.CompletionSources.Add(PackageStores.OfferPackages);
        appId.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && (given.Length > 50 || NameRules.Dns1035Label(given).Count > 0))
                result.AddError($"--app-id {given}: must be small letters, digits and dashes, begin with a letter, and have at most 50 characters");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using InstallationAccess access = await line.OpenAsync(parsed, cancel);
            string? folder = parsed.GetValue(repo);
            Catalog? catalog = folder is null ? PackageStores.Load(parsed) : null;
            (PackageRevision revision, string repository) = folder is null ? Find(catalog!, parsed.GetValue(package)!, parsed.GetValue(version)) : (PackageFolder.Read(folder, parsed.GetValue(package)!, parsed.GetValue(version)), folder);
            options.WarnOfSecrets(parsed, revision.Config);
            string name = parsed.GetValue(appId) ?? revision.Name;
            if (await access.FindAsync(name, cancel) is { } present)
                throw present.IsDeleting ? InstallationAccess.Leaving(present) : new CliException($"{name} is there already ({present.Spec.Package} {present.VersionInForce}, {present.Phase}): '{Invocation.Program} package upgrade {name}' changes it, --app-id gives another one another name");
            var spec = new InstallationSpec
            {
                Package = revision.Name, Version = revision.Version, Digest = RecordStore.DigestOf(PackageRecord.Of(revision)), Repository = repository, Options = await OptionsAsync(line, parsed, options, revision, cancel),
                Clusters = overlays.Read(parsed, access.Targets(), revision.Config),
                TimeoutSeconds = parsed.GetValue(timeout) ?? 300,
            };
            IReadOnlyList<NeededPackage> needed = Needed(revision, await InstallationAccess.ListAsync(access.Home, access.Namespace, cancel), name => catalog is null ? PackageFolder.Candidates(folder!, name) : DependencyCandidate.From(catalog, name));
            TextWriter said = line.IsQuiet(parsed) ? TextWriter.Null : Console.Error;
            foreach (NeededPackage need in needed)
                said.WriteLine($"also installs {PlainText.Of(need.Package.Name)} {PlainText.Of(need.Package.Version)}: {PlainText.Of(need.Why)}");
            await new InstallationPlan(access, said).ShowAsync(name, revision, spec, null, needed, cancel);
            if (line.IsTrial(parsed))
                return ExitCode.Done;
            if (revision.Package.String("preInstallNotes") is { Length: > 0 } notes)
                said.WriteLine(notes);
            await line.ConfirmAsync(parsed, $"Install {revision.Name} {revision.Version} as {name} on {access.Places(spec)}?", cancel);
            foreach (NeededPackage need in needed)
                await CreateNeededAsync(access, need, spec.Clusters, cancel);
            await access.Writes.CreateAsync(access.Namespace, name, revision, spec, "installed", cancel);
            return await FinishAsync(line, parsed, access, name, revision, cancel);
        });
        return command;
    }

    /// <summary>Waits where the line does not say otherwise, and prints how it went.</summary>
    public static async Task<int> FinishAsync(InstallationLine line, ParseResult parsed, InstallationAccess access, string name, PackageRevision? revision, CancellationToken cancel)
    {
        if (!line.Waits(parsed))
        {
            InstallationTable.Print([(access.Home.Cluster, await access.GetAsync(name, cancel))], line.Output(parsed));
            return ExitCode.Done;
        }

        Installation settled;
        using (var progress = new Progress(line.IsQuiet(parsed)))
            settled = await new InstallationWait(access, progress).UntilSettledAsync(name, cancel);
        int code = InstallationWait.Report(access, settled, line.Output(parsed));
        if (code == ExitCode.Done && !line.IsQuiet(parsed) && revision?.Package.String("postInstallNotes") is { Length: > 0 } notes)
            Console.Error.WriteLine(notes);
        return code;
    }

    private static async Task CreateNeededAsync(InstallationAccess access, NeededPackage need, IReadOnlyList<ClusterTarget> clusters, CancellationToken cancel)
    {
        string name = need.Package.Name;
        try
        {
            await access.Writes.CreateNeededAsync(access.Namespace, need, clusters, cancel);
        }
        catch (ApiStatusException refused) when (refused.Status.IsAlreadyExists)
        {
            throw new CliException($"{name}, which is needed, cannot be installed: something else is called {name} in namespace {access.Namespace}. Remove it, or install {name} under another name first");
        }
    }

    /// <summary>What it needs and is not there, or in words on stderr why that cannot be had.</summary>
    private static IReadOnlyList<NeededPackage> Needed(PackageRevision package, IReadOnlyList<Installation> installed, Func<string, IReadOnlyList<DependencyCandidate>> candidates)
    {
        var solver = new DependencySolver(InstalledPackage.Of(installed), candidates);
        Resolution resolution = PackageStores.Try(() => solver.Solve(package));
        if (resolution.Conflict.Count == 0)
            return resolution.Packages;
        foreach (string line in resolution.Conflict.Skip(1))
            Console.Error.WriteLine($"  {PlainText.Of(line)}");
        throw new CliException($"{PlainText.Of(resolution.Conflict[0])}; the lines above say more");
    }

    /// <summary>Who says nothing of options, and sits there, is asked for them.</summary>
    private static async Task<JsonObject> OptionsAsync(InstallationLine line, ParseResult parsed, PackageOptions options, PackageRevision revision, CancellationToken cancel)
    {
        JsonObject given = options.Read(parsed, revision.Config);
        bool asks = given.Count == 0 && revision.Config is not null && line.Asks(parsed);
        return asks ? await new OptionWizard(Console.In, Console.Error) { ReadHidden = HiddenLine.Read }.AskAsync(revision.Config!, given, cancel) : given;
    }

    public static (PackageRevision Package, string Repository) Find(Catalog catalog, string name, string? version)
    {
        (CatalogPackage found, PackageRevision revision) = PackageStores.Find(catalog, name, version);
        return (revision, found.Repository.Name);
    }
}
