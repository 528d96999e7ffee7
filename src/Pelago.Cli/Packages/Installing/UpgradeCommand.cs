// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Output;
using Pelago.Packages.Api;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;

namespace Pelago.Cli.Packages.Installing;

/// <summary><c>pelago package upgrade</c>: another version, other options, or both.</summary>
internal static class UpgradeCommand
{
    public static Command Build()
    {
        var line = new InstallationLine();
        var name = new Argument<string>("name") { Description = "The installation" };
        Option<string?> repo = PackageFolder.Option(), version = PackageFolder.Version();
        var keep = new Option<bool>("--keep-version") { Description = "Only the options change" };
        var reset = new Option<bool>("--reset-options") { Description = "Forget the options of before: those of this line over the defaults; secrets that it does not name stay" };
        Option<int?> timeout = CommandOptions.Number("--timeout", "How many seconds its objects may take to become healthy (default: as before)", "SECONDS", 1, 86_400);
        var options = new PackageOptions();
        var overlays = new ClusterOptions();
        var command = new Command("upgrade", "Bring an installation to another version, or to other options").WithExamples("""
            pelago package upgrade web                              the newest version
            pelago package upgrade web --package-version 1.22 --yes
            pelago package upgrade web --keep-version --set replicas=5
            pelago package upgrade web --dry-run                    what would change
            """);
        command.Arguments.Add(name);
        foreach (Option option in new Option[] { repo, version, keep, reset, timeout })
            command.Options.Add(option);
        options.AddTo(command, (overlays.Files, ":"));
        overlays.AddTo(command);
        line.AddChanging(command);
        line.OfferNames(name);
        command.Validators.Add(result =>
        {
            if (result.GetValue(keep) && (result.GetValue(version) is not null || result.GetValue(repo) is not null))
                result.AddError("--keep-version leaves the version as it is: leave --package-version and --repo out");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using InstallationAccess access = await line.OpenAsync(parsed, cancel);
            Installation present = await access.GetToChangeAsync(parsed.GetValue(name)!, cancel);
            InstallationSpec now = await access.SpecAsync(present, cancel);
            (PackageRevision revision, string repository) = parsed.GetValue(keep) ? (await ReadAsync(access, now.Digest, cancel), now.Repository)
                : parsed.GetValue(repo) is { } folder ? (PackageFolder.Read(folder, now.Package, parsed.GetValue(version)), folder)
                : InstallCommand.Find(PackageStores.Load(parsed), now.Package, parsed.GetValue(version));
            options.WarnOfSecrets(parsed, revision.Config);
            var spec = now with
            {
                Version = revision.Version,
                Digest = RecordStore.DigestOf(PackageRecord.Of(revision)),
                Repository = repository,
                TimeoutSeconds = parsed.GetValue(timeout) ?? now.TimeoutSeconds,
                Clusters = overlays.Read(parsed, now.Clusters, revision.Config),
                Options = parsed.GetValue(reset) ? SecretOptions.Keep(revision.Config, now.Options, options.Read(parsed, revision.Config), now.SecretPaths) : OptionMerge.Merge(now.Options, options.Read(parsed, revision.Config)),
            };
            return await ChangeAsync(line, parsed, access, present, now, spec, revision, Cause(now, spec), cancel);
        });
        return command;
    }

    /// <summary>Shows what would change, asks, changes it and waits.</summary>
    /// <param name="now">What it asks for, with its secret options.</param>
    /// <param name="spec">What it is to ask for, likewise.</param>
    public static async Task<int> ChangeAsync(
        InstallationLine line, ParseResult parsed, InstallationAccess access, Installation present, InstallationSpec now, InstallationSpec spec, PackageRevision revision, string cause, CancellationToken cancel)
    {
        TextWriter said = line.IsQuiet(parsed) ? TextWriter.Null : Console.Error;
        bool changes = await new InstallationPlan(access, said).ShowAsync(present.Name, revision, spec, present, [], cancel);
        var warnings = new DependencyWarnings(access);
        foreach (string dependent in spec.Version == now.Version ? [] : await warnings.DependentsAsync(present, spec.Version, cancel))
            said.WriteLine(Style.Warn(dependent));
        // It would wait for that until somebody installs it.
        if (await warnings.MissingAsync(revision, cancel) is [var missing, ..])
            throw new CliException($"{present.Name} was not changed: {PlainText.Of(missing)}");
        bool isSame = RecordStore.DigestOf(spec.ToJson()) == RecordStore.DigestOf(now.ToJson());
        if (line.IsTrial(parsed) || (isSame && !changes && present.Phase == InstallationPhase.Healthy))
        {
            if (!changes)
                said.WriteLine($"nothing changes: {present.Name} is {present.Spec.Package} {present.VersionInForce} with these options");
            return ExitCode.Done;
        }

        if (isSame && present.Phase == InstallationPhase.Healthy)
            spec = spec.Again(); // what was changed by others since is put back

        await line.ConfirmAsync(parsed, $"Change {present.Name} from {now.Version} to {spec.Version} on {access.Places(spec)}?", cancel);
        await access.Writes.ChangeAsync(present, revision, spec, cause, cancel);
        return await InstallCommand.FinishAsync(line, parsed, access, present.Name, null, cancel);
    }

    /// <summary>The package that lies beside an installation.</summary>
    public static async Task<PackageRevision> ReadAsync(InstallationAccess access, string digest, CancellationToken cancel) =>
        PackageRecord.Read(await access.Records.ReadAsync(access.Namespace, digest, cancel)) ?? throw new CliException($"what is kept of {digest} on cluster {access.Home.Cluster} is no valid package");

    private static string Cause(InstallationSpec before, InstallationSpec after) => before.Version != after.Version ? $"upgraded from {before.Version}" : "options changed";
}
