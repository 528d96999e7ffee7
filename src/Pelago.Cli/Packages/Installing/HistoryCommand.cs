// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Options;

namespace Pelago.Cli.Packages.Installing;

/// <summary><c>pelago package history</c>: what an installation was, with the options of each revision.</summary>
internal static class HistoryCommand
{
    public static Command Build()
    {
        var line = new InstallationLine();
        var name = new Argument<string>("name") { Description = "The installation" };
        var command = new Command("history", "List the revisions of an installation").WithExamples("""
            pelago package history web
            pelago package history web -o json    with the options of each
            """);
        command.Arguments.Add(name);
        line.AddReading(command);
        line.OfferNames(name);
        command.SetAction(async (parsed, cancel) =>
        {
            using InstallationAccess access = await line.OpenAsync(parsed, cancel);
            Installation present = await access.GetAsync(parsed.GetValue(name)!, cancel);
            switch (line.Output(parsed))
            {
                case "json":
                    var revisions = new JsonArray();
                    foreach (InstallationRevision revision in present.History)
                        revisions.Add((JsonNode)await JsonAsync(access, revision, cancel));
                    Console.Out.WriteLine(new JsonObject { ["name"] = present.Name, ["revision"] = present.Revision, ["revisions"] = revisions }.ToJsonString());
                    break;
                case "name":
                    foreach (InstallationRevision revision in present.History)
                        Console.Out.WriteLine(revision.Number);
                    break;
                default:
                    Print(present);
                    break;
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Installation present)
    {
        var table = new TextTable("REVISION", "VERSION", "AT", "STATE", "CAUSE");
        foreach (InstallationRevision revision in present.History)
            table.Add($"{revision.Number}", PlainText.Of(revision.Version), revision.At, State(present, revision), PlainText.Of(revision.Cause));
        table.WriteTo(Console.Out);
    }

    private static string State(Installation present, InstallationRevision revision)
    {
        if (revision.Number == present.Revision)
            return present.Phase;
        if (present.Clusters.Values.Any(state => state.HealthyRevision == revision.Number && state.IsGivenUp))
            return "in place";
        return revision.Phase.Length > 0 ? revision.Phase : "-";
    }

    private static async Task<JsonObject> JsonAsync(InstallationAccess access, InstallationRevision revision, CancellationToken cancel)
    {
        JsonObject json = revision.ToJson();
        try
        {
            JsonObject options = (await access.Records.ReadAsync(access.Namespace, revision.Record, cancel)).Object("options") ?? [];
            // Revisions of an earlier program have their secrets among the others.
            JsonObject? schema = options.Count == 0 ? null : (await UpgradeCommand.ReadAsync(access, revision.Digest, cancel)).Config;
            json["options"] = SecretOptions.Split(schema, options).Open;
        }
        catch (ApiStatusException lost)
        {
            Console.Error.WriteLine($"pelago: the options of revision {revision.Number} were not read: {lost.Status.Message}");
        }

        return json;
    }
}
