// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Format;

namespace Pelago.Cli.Packages.Installing;

/// <summary><c>pelago package uninstall</c>: everything of it goes, on all its clusters, but what is marked to be kept.</summary>
internal static class UninstallCommand
{
    public static Command Build()
    {
        var line = new InstallationLine();
        var name = new Argument<string>("name") { Description = "The installation" };
        var abandon = new Option<string?>("--abandon") { Description = "Clusters that will not come back: what is on them is left", HelpName = "C" };
        Option<int?> timeout = CommandOptions.Number("--timeout", "How many seconds to wait until it is gone (default: its own, and a minute)", "SECONDS", 1, 86_400);
        var command = new Command("uninstall", "Remove an installation with all that it has").WithExamples("""
            pelago package uninstall web
            pelago package uninstall web -n team --yes --no-wait
            """);
        command.Arguments.Add(name);
        command.Options.Add(abandon);
        command.Options.Add(timeout);
        line.AddChanging(command);
        line.OfferNames(name);
        command.SetAction(async (parsed, cancel) =>
        {
            using InstallationAccess access = await line.OpenAsync(parsed, cancel);
            Installation present = await access.GetAsync(parsed.GetValue(name)!, cancel);
            string abandoned = parsed.GetValue(abandon) ?? "";
            string what = $"{present.Name} ({PlainText.Of(present.Spec.Package)} {PlainText.Of(present.VersionInForce)})";
            TextWriter said = line.IsQuiet(parsed) ? TextWriter.Null : Console.Error;
            int lost = await new RemovalPlan(access, said).ShowAsync(present, abandoned.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), cancel);
            foreach (string dependent in await new DependencyWarnings(access).DependentsAsync(present, null, cancel))
                said.WriteLine(Style.Warn(dependent));
            string loss = lost == 0 ? "" : $" The data of {lost} {(lost == 1 ? "volume" : "volumes")} is lost.";
            if (line.IsTrial(parsed))
            {
                said.WriteLine($"{what} would go.{loss}");
                return ExitCode.Done;
            }

            await line.ConfirmAsync(parsed, $"Remove {what} with all that it has?{loss}", cancel);
            if (abandoned.Length > 0)
                await AbandonAsync(access, present, abandoned, cancel);
            string? notes = await NotesAsync(access, present, cancel);
            ApiResult gone = await access.Home.DeleteAsync(present.Path, new DeleteQuery { Uid = present.Object.Uid }, cancel);
            if (gone.Error is { IsNotFound: false } refused)
                throw new ApiStatusException(refused);
            if (!line.Waits(parsed))
                return ExitCode.Done;
            IReadOnlyList<string> left;
            using (var progress = new Progress(line.IsQuiet(parsed)))
                left = await new InstallationWait(access, progress) { Patience = parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null }.UntilGoneAsync(present, cancel);
            if (line.IsQuiet(parsed))
                return ExitCode.Done;
            Console.Error.WriteLine($"{present.Name} is gone{(left.Count == 0 ? "" : "; it left, as it was told to:")}");
            foreach (string item in left)
                Console.Error.WriteLine($"  {item}");
            // Some packages say no more than that, which stands above.
            if (notes is not null && notes.TrimEnd('.') != $"{present.Spec.Package} is gone")
                Console.Error.WriteLine(notes);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task AbandonAsync(InstallationAccess access, Installation present, string clusters, CancellationToken cancel)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [PackagesApi.AbandonAnnotation] = clusters } },
        };
        (await access.Home.PatchAsync(present.Path, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel)).BodyOrThrow();
    }

    private static async Task<string?> NotesAsync(InstallationAccess access, Installation present, CancellationToken cancel)
    {
        try
        {
            PackageRevision package = await UpgradeCommand.ReadAsync(access, present.Spec.Digest, cancel);
            return package.Package.String("postUninstallNotes") is { Length: > 0 } notes ? notes : null;
        }
        catch (Exception lost) when (lost is ApiStatusException or CliException)
        {
            return null;
        }
    }
}
