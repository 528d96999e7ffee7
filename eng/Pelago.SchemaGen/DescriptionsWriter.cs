// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;

namespace Pelago.SchemaGen;

/// <summary>
/// Writes <c>{"io.k8s.api.core.v1.Pod": {"": "Pod is …", "spec": "…"}, …}</c> from the models' XML documentation, which is 25 MB
/// (mostly of client methods) and therefore streamed.
/// </summary>
internal static class DescriptionsWriter
{
    public static void Write(ModelDefinition[] definitions, string documentation, string path)
    {
        Dictionary<string, string> summaries = ReadSummaries(documentation, [.. definitions.Select(each => each.Model.FullName!)]);
        using var file = new GZipStream(File.Create(path), CompressionLevel.SmallestSize);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        foreach (ModelDefinition definition in definitions)
        {
            json.WriteStartObject(definition.Name);
            WriteIfSaid(json, "", summaries, "T:" + definition.Model.FullName);
            foreach (ModelField field in definition.Fields)
                WriteIfSaid(json, field.Name, summaries, $"P:{definition.Model.FullName}.{field.Property.Name}");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteIfSaid(Utf8JsonWriter json, string name, Dictionary<string, string> summaries, string member)
    {
        if (summaries.TryGetValue(member, out string? summary) && summary.Length > 0)
            json.WriteString(name, summary);
    }

    private static Dictionary<string, string> ReadSummaries(string documentation, HashSet<string> models)
    {
        var summaries = new Dictionary<string, string>();
        using var xml = XmlReader.Create(documentation);
        while (xml.ReadToFollowing("member"))
        {
            string member = xml.GetAttribute("name") ?? "";
            if (!IsWanted(member, models))
                continue;
            using XmlReader inside = xml.ReadSubtree();
            if (inside.ReadToFollowing("summary"))
                summaries[member] = Unwrap(inside.ReadElementContentAsString());
        }
        return summaries;
    }

    private static bool IsWanted(string member, HashSet<string> models)
    {
        if (member.StartsWith("T:", StringComparison.Ordinal))
            return models.Contains(member[2..]);
        return member.StartsWith("P:", StringComparison.Ordinal) && models.Contains(member[2..member.LastIndexOf('.')]);
    }

    /// <summary>The documentation is wrapped at 80 columns: lines of a paragraph join, an empty line stays a paragraph.</summary>
    private static string Unwrap(string text)
    {
        var result = new StringBuilder(text.Length);
        bool paragraph = false;
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.Length == 0)
            {
                paragraph = result.Length > 0;
                continue;
            }
            if (result.Length > 0)
                result.Append(paragraph ? "\n\n" : line.StartsWith("- ", StringComparison.Ordinal) ? "\n" : " ");
            result.Append(line);
            paragraph = false;
        }
        return result.ToString();
    }
}
