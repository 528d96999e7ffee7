// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.Text;
using Pelago.Client.Local;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package repo build</c>: one document of a folder of packages, signed where a key is given.</summary>
internal static class RepoBuildCommand
{
    private const string Document = "packages.json";

    public static Command Build()
    {
        var directory = new Argument<string>("dir") { Description = "The folder with the packages" };
        var target = new Option<string>("--to") { Description = "The folder that is to hold packages.json, and index.json when it is signed", HelpName = "DIR", Required = true };
        var sign = new Option<string?>("--sign") { Description = "Sign it with this private key (PEM, of an elliptic curve)", HelpName = "FILE" };
        var command = new Command("build", "Make a repository of a folder of packages").WithExamples("""
            pelago package repo build ./universe --to ./site
            openssl ecparam -name prime256v1 -genkey -noout -out signer.key
            pelago package repo build ./universe --to ./site --sign signer.key
            """);
        command.Arguments.Add(directory);
        command.Options.Add(target);
        command.Options.Add(sign);
        command.SetAction(parsed => Run(parsed.GetValue(directory)!, parsed.GetValue(target)!, parsed.GetValue(sign)));
        return command;
    }

    private static int Run(string directory, string target, string? keyFile)
    {
        if (File.Exists(target))
            throw new CliException($"{directory} was not built: {target} is a file, and --to names a folder");
        string? key = RepoAddCommand.ReadKey(keyFile);
        byte[] document = Bytes(directory);
        string? index = key is null ? null : Sign(document, key, $"{directory} was not signed with {keyFile}");
        // The index last: whoever reads it finds what it names.
        Write(Path.Combine(target, Document), document);
        if (index is not null)
            Write(Path.Combine(target, SignedIndex.FileName), Encoding.UTF8.GetBytes(index));
        return ExitCode.Done;
    }

    private static string Sign(byte[] document, string key, string failure)
    {
        try
        {
            return SignedIndex.Sign(document, Document, key, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).ToJsonString();
        }
        catch (RepositoryException fault)
        {
            throw new CliException($"{failure}: {fault.Message}");
        }
    }

    private static void Write(string file, byte[] bytes)
    {
        try
        {
            RepositoryBuild.Write(file, bytes);
            Console.Out.WriteLine(file);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"{file} was not written: this user may not write there; --to names another folder");
        }
        catch (IOException fault)
        {
            string why = DiskFault.IsFull(fault) ? "the disk is full" : "no folder can be made, or nothing written, there";
            throw new CliException($"{file} was not written: {why}; --to names another folder");
        }
    }

    /// <summary>The document of a folder; what is wrong with its packages is printed and ends the command.</summary>
    public static byte[] Bytes(string directory)
    {
        PackageFolder.Revisions(directory, "DIR");
        var faults = new List<PackageFault>();
        if (RepositoryBuild.Build(directory, faults) is { } document)
            return document;
        foreach (PackageFault fault in faults.Where(fault => !fault.IsWarning))
            Console.Error.WriteLine(fault);
        throw new CliException($"{directory} was not built: what is wrong with its packages is printed above");
    }
}
