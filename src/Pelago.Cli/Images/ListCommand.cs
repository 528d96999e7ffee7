// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client.Local;

namespace Pelago.Cli.Images;

/// <summary><c>pelago image ls</c>: which images are where.</summary>
internal static class ListCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        Option<string[]> nodes = ImageTargets.NodeOption();
        Option<string> output = CommandOptions.Output("table", "wide", "json", "name");
        var command = new Command("ls", "List the images on the nodes").WithExamples("""
            pelago image ls
            pelago image ls -o wide                 with the pods on them, and digests
            pelago image ls --node node-1 -o json   of one node, machine-readable
            """);
        command.Aliases.Add("list");
        command.Options.Add(nodes);
        clusters.AddTo(command);
        command.Options.Add(output);
        command.SetAction(async (parsed, cancel) =>
        {
            using ImageTargets targets = await ImageTargets.FindAsync(clusters, parsed, parsed.GetValue(nodes) ?? [], cancel);
            ImageSurvey survey = await ImageSurvey.OfAsync(targets.All, cancel);
            foreach (CliException fault in survey.Faults)
                Console.Error.WriteLine($"pelago: images were not listed: {fault.Message}");
            int code = ExitCode.Of([.. survey.Faults.Select(fault => fault.ExitCode)], targets.All.Count);
            if (survey.Faults.Count == targets.All.Count)
                return code;
            string form = parsed.GetValue(output) ?? "table";
            if (form is "table" or "wide" && survey.Images.All(image => image.Pinned))
                Console.Error.WriteLine($"no images; '{Invocation.Program} image import FILE' brings some");
            else
                ImageTable.Print(survey.Images, form, targets.SeveralClusters);
            return code;
        });
        return command;
    }

    /// <summary>The names that the nodes of a line know, for completion.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(ClusterSelection clusters, ParseResult parsed, CancellationToken cancel)
    {
        using ImageTargets targets = await ImageTargets.FindAsync(clusters, parsed, [], cancel);
        var names = new HashSet<string>(StringComparer.Ordinal);
        names.UnionWith((await ImageSurvey.OfAsync(targets.All, cancel)).Images.Where(image => !image.Pinned).SelectMany(image => image.Names));
        return [.. names.Order(StringComparer.Ordinal)];
    }
}
