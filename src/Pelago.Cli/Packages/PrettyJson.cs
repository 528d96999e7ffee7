// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Cli.Packages;

/// <summary>JSON for people: indented, characters as they are.</summary>
internal static class PrettyJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonNode node)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, Indented))
            node.WriteTo(writer);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
