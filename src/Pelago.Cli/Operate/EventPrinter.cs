// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Cli.Dcsh;
using Pelago.Cli.Output;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>Prints events a line each, in the order in which they happened as far as they are known together. Each change of one is told once.</summary>
/// <param name="readerGone">Told when nobody reads any more, which is no fault of ours.</param>
internal sealed class EventPrinter(Stream output, Action readerGone, bool asJson, bool isQuiet, bool severalClusters, IReadOnlyList<string> names)
{
    private const int MostTold = 100_000;
    private readonly Lock _turn = new();

    /// <summary>Of events that were told, so that what is read again after a break is not told again.</summary>
    private readonly HashSet<string> _told = [];
    private bool _hasHeader;

    public void Print(string cluster, IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        lock (_turn)
        {
            foreach (KubeObject item in events.Select(bytes => KubeObject.Parse(bytes)).Where(IsAsked).OrderBy(Time, StringComparer.Ordinal))
            {
                if (_told.Count >= MostTold)
                    _told.Clear();
                if (_told.Add($"{cluster} {item.Uid} {item.ResourceVersion}"))
                    Print(cluster, item);
            }
        }
    }

    private void Print(string cluster, KubeObject item)
    {
        if (asJson)
        {
            item.Json.Insert(0, "cluster", cluster);
            Write(Encoding.UTF8.GetString(KubeJson.ToUtf8(item.Json)));
            return;
        }

        string count = Count(item) is > 1 and var times ? $" (x{times})" : "";
        string[] cells = [Time(item), cluster, item.Json.String("type") ?? "", item.Json.String("reason") ?? "", Subject(item), PlainText.Of(item.Json.String("message") ?? "") + count];
        if (!_hasHeader && !isQuiet)
            Write(Line(["TIME", "CLUSTER", "TYPE", "REASON", "OBJECT", "MESSAGE"]));
        _hasHeader = true;
        Write(Line(cells));
    }

    private string Line(string[] cells)
    {
        int[] widths = [20, severalClusters ? 12 : 0, 8, 20, 40, 0];
        return string.Join("  ", cells.Select((cell, i) => PlainText.Of(cell).PadRight(widths[i])).Where((_, i) => i != 1 || severalClusters)).TrimEnd();
    }

    private void Write(string line)
    {
        try
        {
            output.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (IOException fault) when (StandardStreams.IsReaderGone(fault))
        {
            readerGone();
            throw new OperationCanceledException();
        }
    }

    private bool IsAsked(KubeObject item) => names.Count == 0 || names.Any(name => Subject(item).Contains(name, StringComparison.Ordinal));

    private static string Subject(KubeObject item)
    {
        JsonObject? about = item.Json.Object("involvedObject");
        string ns = about?.String("namespace") is { Length: > 0 } named ? named + "/" : "";
        return $"{about?.String("kind")}/{ns}{about?.String("name")}";
    }

    private static string Time(KubeObject item) => MetaTime.Normalize(
        item.Json.Object("series")?.String("lastObservedTime") ?? item.Json.String("lastTimestamp") ?? item.Json.String("eventTime") ?? item.Metadata.String("creationTimestamp")) ?? "";

    private static long Count(KubeObject item) => item.Json.Object("series")?.Integer("count") ?? item.Json.Integer("count") ?? 1;
}
