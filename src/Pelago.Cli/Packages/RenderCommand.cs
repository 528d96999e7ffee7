// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Rendering;

namespace Pelago.Cli.Packages;

/// <summary><c>pelago package render</c>: what a package would apply, without applying it.</summary>
internal static class RenderCommand
{
    public static Command Build()
    {
        var name = new Argument<string?>("name") { Description = "The package", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> repo = PackageFolder.Option(), version = PackageFolder.Version();
        var options = new PackageOptions();
        var appId = new Option<string?>("--app-id") { Description = "The id of what is rendered (default: the package's own)", HelpName = "ID" };
        var all = new Option<bool>("--all") { Description = "Every template of the folder with default options" };
        var lines = new Option<bool>("--lines") { Description = "A line each: path, tab, canonical JSON" };
        var command = new Command("render", "Print what a package would apply").WithExamples("""
            pelago package render nginx --app-id /team/web
            pelago package render nginx --repo ./universe --set service.instances=3
            pelago package render kafka --repo ./universe --options kafka.json --app-id /team/kafka
            pelago package render --all --repo ./universe --lines | sha256sum
            """);
        command.Arguments.Add(name);
        foreach (Option option in new Option[] { repo, version, appId, all, lines })
            command.Options.Add(option);
        options.AddTo(command);
        PackageFolder.OfferNames(name, repo);
        appId.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !IsAppId(given))
                result.AddError($"--app-id {given}: must be small letters, digits, dashes and dots, and may have parts after slashes, as in /team/web");
        });
        command.Validators.Add(result =>
        {
            bool every = result.GetValue(all);
            if (every == result.GetValue(name) is not null)
                result.AddError(every ? "--all renders every package: leave the name out" : "name a package, or say --all");
            if (every && result.GetValue(repo) is null)
                result.AddError("--repo is needed: the folder with the packages");
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(all))
                return RenderAll(parsed.GetValue(repo)!, parsed.GetValue(lines));
            PackageRevision revision = parsed.GetValue(repo) is { } directory
                ? PackageFolder.Read(directory, parsed.GetValue(name)!, parsed.GetValue(version))
                : PackageStores.Find(PackageStores.Load(parsed), parsed.GetValue(name)!, parsed.GetValue(version)).Revision;
            CheckName(revision, parsed.GetValue(appId));
            return RenderOne(revision, new RenderRequest { Options = options.Read(parsed, revision.Config), AppId = parsed.GetValue(appId) }, parsed.GetValue(lines));
        });
        return command;
    }

    /// <summary>Whether a text can be the id of a Marathon app, which has more forms than the name of an installation.</summary>
    private static bool IsAppId(string given)
    {
        string path = given.StartsWith('/') ? given[1..] : given;
        return path.Length is > 0 and <= 250 && Array.TrueForAll(path.Split('/'), part => NameRules.Dns1123Subdomain(part).Count == 0);
    }

    /// <summary>What Kubernetes objects are named after has to be a name that could be installed.</summary>
    private static void CheckName(PackageRevision package, string? name)
    {
        if (name is not null && package.MarathonTemplate is null && (name.Length > 50 || NameRules.Dns1035Label(name).Count > 0))
            throw new CliException($"--app-id {name}: {package.Name} is installed under a name of small letters, digits and dashes that begins with a letter and has at most 50 characters", ExitCode.Usage);
    }

    private static int RenderAll(string repo, bool lines)
    {
        IReadOnlyList<RevisionFolder> all = PackageFolder.Revisions(repo);
        IReadOnlyList<RenderedLine> rendered = RepositoryLines.Of(repo);
        using (var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16))
        {
            foreach (RenderedLine line in rendered.Where(line => line.Json is not null))
            {
                output.Write(lines ? $"{line.Path}\t{line.Json}" : line.Path);
                output.Write('\n');
            }
        }

        foreach (RenderedLine line in rendered.Where(line => line.Json is null))
            Console.Error.WriteLine($"pelago: {line.Path} was not rendered: {line.Fault}");
        SayLeftOut(all, rendered.Count, rendered.Count(line => line.Json is null), repo);
        return ExitCode.Done;
    }

    /// <summary>How many revisions have no line, and how what they would apply can be seen.</summary>
    private static void SayLeftOut(IReadOnlyList<RevisionFolder> all, int tried, int failed, string repo)
    {
        if (failed == 0 && tried == all.Count)
            return;
        Console.Error.WriteLine($"{tried - failed} of {all.Count} revisions were rendered");
        if (failed > 0)
            Console.Error.WriteLine($"  {failed} not with default options, as said above: '{Invocation.Program} package render NAME --repo {repo} --set PATH=VALUE' gives others");
        int own = all.Count(folder => File.Exists(folder.File("kubernetes.yaml.mustache")) && !File.Exists(folder.File("marathon.json.mustache")));
        if (own > 0)
            Console.Error.WriteLine($"  {own} print Kubernetes objects, which have no line here: '{Invocation.Program} package render NAME --repo {repo}' prints them");
        if (all.Count - tried - own is > 0 and int none)
            Console.Error.WriteLine($"  {none} have no template: there is nothing of them to run");
    }

    /// <summary>Prints one package rendered; options that are not allowed end the command, each named.</summary>
    public static int RenderOne(PackageRevision package, RenderRequest request, bool lines)
    {
        RenderedPackage rendered = PackageRenderer.Render(package, request);
        if (rendered.Faults.Count > 0)
        {
            foreach (string fault in rendered.Faults)
                Console.Error.WriteLine($"pelago: {fault}");
            throw new CliException($"{package.Name} {package.Version} was not rendered", ExitCode.Failed);
        }

        if (lines)
        {
            foreach (JsonObject json in rendered.Objects)
                Console.Out.WriteLine(CanonicalJson.Of(json));
        }
        else if (package.MarathonTemplate is not null)
        {
            Console.Out.WriteLine(PrettyJson.Of(rendered.Objects[0]));
        }
        else
        {
            foreach (JsonObject json in rendered.Objects)
                Console.Out.Write("---\n" + YamlWriter.Write(json));
        }

        return ExitCode.Done;
    }
}
