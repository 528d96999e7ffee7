// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Local;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Images.Building;

/// <summary><c>pelago image build</c>: Pelago as an image, of the programs on this machine and of what they load. Nothing is downloaded.</summary>
internal static class BuildCommand
{
    public static Command Build()
    {
        var file = new Option<string?>("--output", "-o") { Description = "Where to write the archive (default: ./pelago-VERSION.tar); - is stdout", HelpName = "FILE" };
        var tag = new Option<string>("--tag") { Description = $"What the image is called (default: {ImageNames.Default})", HelpName = "REF", DefaultValueFactory = _ => ImageNames.Default };
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("build", "Make the image of Pelago itself, without Docker and without a registry").WithExamples("""
            pelago image build
            pelago image build -o pelago.tar --tag registry.example.com/team/pelago:1
            pelago image build -q -o - | ssh node1 sudo ctr -n k8s.io images import -    onto a node of a real Kubernetes
            """);
        tag.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && ImageNames.Whole(name) is null)
                result.AddError($"--tag {name}: is no name of an image: it should look like registry.example.com/team/app:1.2");
        });
        foreach (Option option in new Option[] { file, tag, quiet })
            command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var progress = new Progress(parsed.GetValue(quiet));
            return await RunAsync(parsed.GetValue(file) ?? $"pelago-{VersionCommand.Version}.tar", parsed.GetValue(tag)!, progress, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(string file, string tag, Progress progress, CancellationToken cancel)
    {
        if (file == "-" && !Console.IsOutputRedirected)
            throw new CliException("- writes the archive to stdout, and stdout is a terminal: name a file with -o FILE", ExitCode.Usage);
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory && !Directory.Exists(directory))
            throw new CliException($"{file} cannot be written: there is no directory {directory}", ExitCode.NothingMatched);
        if (Directory.Exists(file))
            throw new CliException($"{file} is a directory: name a file in it", ExitCode.Usage);
        progress.Show("looking for the programs and what they load");
        ProgramImage image = ProgramImage.OfThisMachine(tag);
        if (file == "-")
        {
            await using Stream output = Console.OpenStandardOutput();
            await image.WriteAsync(output, Path.GetTempPath(), progress, cancel);
            return ExitCode.Done;
        }

        long size = await WriteAsync(image, file, progress, cancel);
        progress.Clear();
        Console.Out.WriteLine(file);
        progress.Say($"{tag} for linux/{image.Architecture}, {ByteCount.Of(size)}. '{Invocation.Program} image import {file}' puts it onto the nodes");
        return ExitCode.Done;
    }

    /// <summary>Whole or not at all: whoever finds the file can use it. What is no plain file, a device or a pipe, is written into.</summary>
    private static async Task<long> WriteAsync(ProgramImage image, string file, Progress progress, CancellationToken cancel)
    {
        bool isThere = File.Exists(file);
        if (isThere)
            file = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        if (isThere && !UnixFile.IsPlain(file))
        {
            await using var device = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            await image.WriteAsync(device, Path.GetTempPath(), progress, cancel);
            return 0;
        }

        AbandonedFiles.Remove(Path.GetFullPath(file));
        string part = AbandonedFiles.PartOf(Path.GetFullPath(file), Environment.ProcessId);
        try
        {
            await using (var output = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
                await image.WriteAsync(output, Path.GetDirectoryName(part)!, progress, cancel);
            File.Move(part, file, overwrite: true);
            return new FileInfo(file).Length;
        }
        finally
        {
            File.Delete(part);
        }
    }
}
