// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>Which containers were there and not told of yet, in a file: what ends and is removed while no agent runs is missed, and said to be.</summary>
internal sealed class WatchedList(string directory)
{
    private readonly string _path = Path.Combine(directory, "watched.json");
    private string _written = "";

    /// <summary>None when there is no such file, or when it cannot be read: then it is written anew.</summary>
    public IReadOnlyList<SeenContainer> Read()
    {
        try
        {
            JsonArray items = KubeJson.ParseObject(File.ReadAllBytes(_path)).Array("items") ?? [];
            return [.. items.OfType<JsonObject>().Select(item => new SeenContainer(
                item.String("id") ?? "", item.String("namespace") ?? "", item.String("pod") ?? "", item.String("podUID") ?? "", item.String("name") ?? "",
                (int)(item.Integer("attempt") ?? 0), ContainerState.Running))];
        }
        catch (Exception fault) when (fault is IOException or JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Only when it says something else than before. An <see cref="IOException"/>: the disk does not take it.</summary>
    public void Write(IEnumerable<SeenContainer> watched)
    {
        SeenContainer[] items = [.. watched.OrderBy(item => item.Id, StringComparer.Ordinal)];
        string said = string.Join('\n', items.Select(item => item.Id));
        if (said == _written)
            return;
        AtomicFile.Write(_path, KubeJson.ToUtf8(new JsonObject
        {
            ["items"] = new JsonArray([.. items.Select(item => (JsonNode)new JsonObject
            {
                ["id"] = item.Id, ["namespace"] = item.Namespace, ["pod"] = item.Pod, ["podUID"] = item.PodUid, ["name"] = item.Name, ["attempt"] = item.Attempt,
            })]),
        }));
        _written = said;
    }
}
