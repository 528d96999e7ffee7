// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Cli.Output;

namespace Pelago.Cli.Images;

/// <summary>Prints images: a line for each name, with the nodes that have it.</summary>
internal static class ImageTable
{
    public const string Nameless = "<none>";
    private const int MostNodes = 3;

    public static void Print(IReadOnlyList<NodeImage> images, string output, bool severalClusters)
    {
        switch (output)
        {
            case "json":
                Console.Out.WriteLine(JsonSerializer.Serialize(new NodeImages(images), CliJson.Default.NodeImages));
                break;
            case "name":
                foreach (string name in images.Where(image => !image.Pinned).SelectMany(image => NamesOf(image, image.Id)).Distinct().Order(StringComparer.Ordinal))
                    Console.Out.WriteLine(name);
                break;
            default:
                PrintTable(images, output == "wide", severalClusters);
                break;
        }
    }

    /// <summary>What nodes need of themselves is not what anybody asked for.</summary>
    private static void PrintTable(IReadOnlyList<NodeImage> images, bool wide, bool severalClusters)
    {
        List<string> headers = ["IMAGE", "ID", "SIZE", "NODES"];
        if (severalClusters)
            headers.Insert(0, "CLUSTER");
        if (wide)
            headers.AddRange(["USED BY", "DIGEST"]);
        var table = new TextTable([.. headers]);
        var rows = images.Where(image => !image.Pinned).SelectMany(image => NamesOf(image, Nameless).Select(name => (Name: name, Image: image)))
            .GroupBy(row => (row.Image.Cluster, row.Name, row.Image.Id)).OrderBy(row => row.Key.Cluster, StringComparer.Ordinal).ThenBy(row => row.Key.Name, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            NodeImage first = row.First().Image;
            List<string> cells = [row.Key.Name, first.Short, first.SizeBytes > 0 ? ByteCount.Of(first.SizeBytes) : "-", Listed([.. row.Select(item => item.Image.Node)], "nodes")];
            if (severalClusters)
                cells.Insert(0, row.Key.Cluster);
            if (wide)
            {
                cells.Add(Listed([.. row.SelectMany(item => item.Image.UsedBy).Distinct()], "pods"));
                cells.Add(first.Digests is [var digest, ..] ? digest[(digest.IndexOf('@', StringComparison.Ordinal) + 1)..] : "-");
            }
            table.Add([.. cells]);
        }

        table.WriteTo(Console.Out);
    }

    private static string Listed(IReadOnlyList<string> names, string what) =>
        names.Count == 0 ? "-" : names.Count > MostNodes ? $"{names.Count} {what}" : string.Join(",", names.Order(StringComparer.Ordinal));

    private static IReadOnlyList<string> NamesOf(NodeImage image, string otherwise) => image.Names.Count > 0 ? image.Names : [otherwise];
}
