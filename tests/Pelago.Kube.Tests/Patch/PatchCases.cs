// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Tests.Patch;

/// <summary>
/// The recorded cases: golden/TYPE.cases.json, each line a patch on one of golden/documents.json with what kubectl 1.33 made of it
/// (<c>expect</c>, or <c>error</c>). <c>UPDATE_GOLDEN=1</c> records again.
/// </summary>
internal static class PatchCases
{
    public static JsonObject Documents { get; } = (JsonObject)Read("documents")!;

    private static readonly Dictionary<string, JsonArray> Cases = PatchKind.All.ToDictionary(type => type, type => (JsonArray)Read($"{type}.cases")!);

    public static JsonArray Of(string type) => Cases[type];

    public static void Write(string type, JsonArray cases, [CallerFilePath] string here = "")
    {
        IEnumerable<string> lines = cases.Select(one => "  " + System.Text.Encoding.UTF8.GetString(KubeJson.ToUtf8(one!)));
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(here)!, "golden", $"{type}.cases.json"), $"[\n{string.Join(",\n", lines)}\n]\n");
    }

    private static JsonNode? Read(string name) =>
        KubeJson.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Patch", "golden", $"{name}.json")));
}
