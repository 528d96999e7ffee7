// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Text.Json;

namespace Pelago.Engine.Schema;

/// <summary>
/// One of the two embedded documents that eng/Pelago.SchemaGen writes: a JSON object with a value for each definition name.
/// Unpacked and indexed on first use; a value is parsed only by who asks for it. Safe for many threads.
/// </summary>
internal sealed class DefinitionSource(string resource)
{
    private readonly Lazy<(byte[] Document, Dictionary<string, Range> Values)> _content = new(() => Load(resource));

    /// <summary>Names to schemas.</summary>
    public static DefinitionSource Schemas { get; } = new("definitions.json.gz");

    /// <summary>Names to <c>{"": "of the type", "field": "of the field"}</c>. Large: only OpenAPI documents need it.</summary>
    public static DefinitionSource Descriptions { get; } = new("descriptions.json.gz");

    public IReadOnlyCollection<string> Names => _content.Value.Values.Keys;

    public bool Has(string name) => _content.Value.Values.ContainsKey(name);

    /// <summary>The JSON of one definition; an unknown name is a <see cref="KeyNotFoundException"/>.</summary>
    public ReadOnlyMemory<byte> Get(string name) => _content.Value.Document.AsMemory(_content.Value.Values[name]);

    private static (byte[] Document, Dictionary<string, Range> Values) Load(string resource)
    {
        using Stream packed = typeof(DefinitionSource).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource {resource} is not in this build");
        using var unpacked = new MemoryStream(512 * 1024);
        using (var gzip = new GZipStream(packed, CompressionMode.Decompress))
            gzip.CopyTo(unpacked);
        byte[] document = unpacked.ToArray();
        return (document, Index(document));
    }

    private static Dictionary<string, Range> Index(byte[] document)
    {
        var values = new Dictionary<string, Range>(512);
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            values.Add(name, start..(int)reader.BytesConsumed);
        }
        return values;
    }
}
