// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Net.Http;
using Pelago.Cli.Output;
using Pelago.Client;

namespace Pelago.Cli.Images;

/// <summary><c>pelago image import</c>: puts the images of an archive onto the nodes, which check it before anything of it is used.</summary>
internal static class ImportCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        Option<string[]> nodes = ImageTargets.NodeOption();
        var name = new Option<string?>("--name") { Description = "What to call the image, when the archive does not say or says otherwise", HelpName = "REF" };
        Option<string> output = CommandOptions.Output("table", "json", "name");
        Option<bool> quiet = CommandOptions.Quiet();
        var file = new Argument<string>("FILE") { Description = "An archive of docker save, or an OCI layout as tar; gzip and zstd are read too. - is stdin" };
        var command = new Command("import", "Put the images of an archive onto the nodes").WithExamples("""
            pelago image import app.tar
            docker save app:1.2 | pelago image import -
            skopeo copy docker://nginx oci-archive:nginx.tar && pelago image import nginx.tar --name nginx
            tar -C layout -c . | pelago image import - --name app:1.2 --node node-1    an OCI layout directory
            """);
        command.Arguments.Add(file);
        command.Options.Add(name);
        command.Options.Add(nodes);
        clusters.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(quiet);
        command.SetAction(async (parsed, cancel) =>
        {
            using ArchiveSource source = ArchiveSource.Open(parsed.GetValue(file)!);
            using ImageTargets targets = await ImageTargets.FindAsync(clusters, parsed, parsed.GetValue(nodes) ?? [], cancel);
            using var progress = new Progress(parsed.GetValue(quiet));
            if (targets.All.Count > 1)
                await source.MakeRepeatableAsync(progress, cancel);
            return await RunAsync(source, parsed.GetValue(name), targets, parsed.GetValue(output) ?? "table", progress, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(ArchiveSource source, string? name, ImageTargets targets, string output, Progress progress, CancellationToken cancel)
    {
        var shown = new NodeProgress(progress, targets.All, source.Length);
        var archive = new ArchiveVerdict();
        IReadOnlyList<NodeOutcome<IReadOnlyList<NodeImage>>> outcomes = await EachNode.RunAsync(
            targets.All, (node, sending) => ImportAsync(source, name, node, archive, shown, sending), cancel);
        progress.Clear();
        foreach (CliException fault in archive.WithoutRepetition(outcomes.Select(outcome => outcome.Fault).OfType<CliException>()))
            Console.Error.WriteLine($"pelago: {source.Name} was not imported: {fault.Message}");
        if (archive.Skipped(targets.SeveralClusters) is { Length: > 0 } skipped)
            Console.Error.WriteLine($"pelago: {source.Name} was not sent to {skipped} after that; where nodes are of several versions, another one may take it: --node NAME");
        List<NodeImage> imported = [.. outcomes.SelectMany(outcome => outcome.Result ?? [])];
        if (imported.Count > 0 || output == "json")
            ImageTable.Print(imported, output, targets.SeveralClusters);
        return ExitCode.Of([.. outcomes.Select(outcome => outcome.Fault).OfType<CliException>().Select(fault => fault.ExitCode)], targets.All.Count);
    }

    private static async Task<IReadOnlyList<NodeImage>> ImportAsync(
        ArchiveSource source, string? name, ImageNode node, ArchiveVerdict archive, NodeProgress shown, CancellationToken cancel)
    {
        if (archive.Skips(node))
            return [];
        string url = node.Url(name is null ? "images/import" : $"images/import?name={Uri.EscapeDataString(name)}");
        ApiResult answer = await node.Api.RawAtLengthAsync(HttpMethod.Post, url, source.Read(shown.Sent), "application/x-tar", cancel);
        shown.Done();
        if (answer.Error is { } error)
            throw archive.Judge(error, node.Fault(error));
        return await WithSizesAsync(node, NodeImage.Read(node, answer.Body), cancel);
    }

    private static async Task<IReadOnlyList<NodeImage>> WithSizesAsync(ImageNode node, IReadOnlyList<NodeImage> imported, CancellationToken cancel)
    {
        // What was imported is there; a node that does not say its size now has not failed.
        Dictionary<string, NodeImage> known = (await ImageSurvey.OfAsync([node], cancel)).Images.DistinctBy(image => image.Id).ToDictionary(image => image.Id, StringComparer.Ordinal);
        return [.. imported.Select(image => known.TryGetValue(image.Id, out NodeImage? listed) ? listed with { Names = image.Names } : image)];
    }
}
