// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Packages.Api;
using Pelago.Packages.Format;

namespace Pelago.Cli.Packages.Installing;

/// <summary><c>pelago package rollback</c>: the version, options and overlays of an earlier revision, as a new one.</summary>
internal static class RollbackCommand
{
    public static Command Build()
    {
        var line = new InstallationLine();
        var name = new Argument<string>("name") { Description = "The installation" };
        var revision = new Argument<int?>("revision") { Description = "To which revision (default: the last one before that was healthy)", Arity = ArgumentArity.ZeroOrOne, CustomParser = Number };
        var command = new Command("rollback", "Bring an installation back to what it was").WithExamples("""
            pelago package rollback web           to the last revision before that was healthy
            pelago package rollback web 3
            pelago package history web            which there are
            """);
        command.Arguments.Add(name);
        command.Arguments.Add(revision);
        line.AddChanging(command);
        line.OfferNames(name);
        command.SetAction(async (parsed, cancel) =>
        {
            using InstallationAccess access = await line.OpenAsync(parsed, cancel);
            Installation present = await access.GetToChangeAsync(parsed.GetValue(name)!, cancel);
            InstallationRevision target = Choose(present, parsed.GetValue(revision));
            InstallationSpec now = await access.SpecAsync(present, cancel);
            var record = InstallationSpec.Read(await access.Records.ReadAsync(access.Namespace, target.Record, cancel));
            (InstallationSpec spec, string lost) = await access.Secrets.OpenToChangeAsync(access.Namespace, present.Name, record, cancel);
            if (lost.Length > 0)
                throw new CliException($"revision {target.Number} was not brought back: its secret options are lost ({PlainText.Of(lost)}); '{Invocation.Program} package upgrade {present.Name} --package-version {target.Version}' with --set-file gives others");
            PackageRevision package = await UpgradeCommand.ReadAsync(access, spec.Digest, cancel);
            if (!line.IsQuiet(parsed))
                Console.Error.WriteLine($"revision {target.Number}: {target.Package} {target.Version}, {target.At} ({target.Cause})");
            return await UpgradeCommand.ChangeAsync(line, parsed, access, present, now, spec, package, $"rolled back to revision {target.Number}", cancel);
        });
        return command;
    }

    private static InstallationRevision Choose(Installation present, int? number)
    {
        string known = string.Join(", ", present.History.Select(revision => revision.Number));
        if (number is not null)
        {
            return present.History.FirstOrDefault(revision => revision.Number == number)
                ?? throw new CliException($"{present.Name} has no revision {number}; there are: {known}", ExitCode.NothingMatched);
        }

        return present.Before
            ?? throw new CliException($"{present.Name} has no revision before {present.Revision} that was healthy{(known.Length > 0 ? $"; there are: {known}" : "")}", ExitCode.NothingMatched);
    }

    private static int? Number(ArgumentResult result)
    {
        if (result.Tokens.Count == 0)
            return null;
        if (result.Tokens is [{ Value: var text }] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
            return number;
        result.AddError($"revision {result.Tokens[0].Value}: must be a whole number, as '{Invocation.Program} package history' prints it");
        return null;
    }
}
