// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Engine.Schema;

namespace Pelago.Engine.OpenApi;

/// <summary>The descriptions of built-in definitions and their fields, for the time that a document is written.</summary>
internal sealed class DescriptionBook
{
    private readonly Dictionary<string, Dictionary<string, string>> _open = [];

    public string? OfType(string definition) => OfField(definition, "");

    public string? OfField(string definition, string field) => Open(definition).GetValueOrDefault(field);

    private Dictionary<string, string> Open(string definition)
    {
        if (_open.TryGetValue(definition, out Dictionary<string, string>? present))
            return present;
        var texts = new Dictionary<string, string>();
        _open.Add(definition, texts);
        if (!DefinitionSource.Descriptions.Has(definition))
            return texts;
        var reader = new Utf8JsonReader(DefinitionSource.Descriptions.Get(definition).Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            texts[field] = reader.GetString()!;
        }
        return texts;
    }
}
