// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pelago.Kube;

/// <summary>
/// Writes composed nodes as JSON: merge keys are resolved, keys become texts, a repeated key is reported and the last value kept.
/// The budget on aliases is that of Go's yaml: a document may not consist mostly of copies.
/// </summary>
internal sealed class YamlToJson(int maxBytes)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2 * KubeJson.MaxDepth };

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly List<string> _duplicates = [];
    private int _nodes;
    private int _aliasedNodes;
    private int _aliasDepth;

    public YamlDocument Convert(YamlNode root)
    {
        using (var writer = new Utf8JsonWriter(_buffer, Options))
            Write(writer, root, 0);
        return new YamlDocument(_buffer.WrittenSpan.ToArray(), _duplicates, root.Line);
    }

    private void Write(Utf8JsonWriter writer, YamlNode node, int depth)
    {
        Count(writer, depth);
        switch (node.Kind)
        {
            case YamlNodeKind.Alias:
                _aliasDepth++;
                Write(writer, node.Children[0], depth);
                _aliasDepth--;
                break;
            case YamlNodeKind.Sequence:
                writer.WriteStartArray();
                foreach (YamlNode item in node.Children)
                    Write(writer, item, depth + 1);
                writer.WriteEndArray();
                break;
            case YamlNodeKind.Mapping:
                writer.WriteStartObject();
                foreach ((string key, YamlNode value) in Entries(node, depth))
                {
                    writer.WritePropertyName(key);
                    Write(writer, value, depth + 1);
                }

                writer.WriteEndObject();
                break;
            default:
                WriteScalar(writer, YamlScalar.Of(node));
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, YamlScalar scalar)
    {
        if (scalar.Tag == "!!str")
            writer.WriteStringValue(scalar.Text);
        else if (scalar.Text is "NaN" or "+Inf" or "-Inf")
            throw new YamlRefusedException($"json: unsupported value: {scalar.Text}");
        else
            writer.WriteRawValue(scalar.Text);
    }

    /// <summary>Keys in document order; a merge counts where it stands, so what follows it wins, as in Go's yaml v2.</summary>
    private List<KeyValuePair<string, YamlNode>> Entries(YamlNode mapping, int depth)
    {
        var entries = new List<KeyValuePair<string, YamlNode>>(mapping.Children.Count / 2);
        var places = new Dictionary<string, (int Index, bool Explicit)>(StringComparer.Ordinal);
        for (int i = 0; i < mapping.Children.Count; i += 2)
        {
            (YamlNode keyNode, YamlNode value) = (mapping.Children[i], mapping.Children[i + 1]);
            Count(null, depth);
            if (keyNode.IsMergeKey)
            {
                foreach (KeyValuePair<string, YamlNode> merged in Merged(value, depth + 1))
                    Put(entries, places, merged.Key, merged.Value, false);
                continue;
            }

            string key = KeyText(keyNode, out string spelled);
            if (places.TryGetValue(key, out (int Index, bool Explicit) earlier) && earlier.Explicit)
                _duplicates.Add($"line {value.Line}: key {spelled} already set in map");
            Put(entries, places, key, value, true);
        }

        return entries;
    }

    private static void Put(
        List<KeyValuePair<string, YamlNode>> entries, Dictionary<string, (int Index, bool Explicit)> places, string key, YamlNode value, bool isExplicit)
    {
        if (places.TryGetValue(key, out (int Index, bool Explicit) earlier))
        {
            entries[earlier.Index] = KeyValuePair.Create(key, value);
            places[key] = (earlier.Index, earlier.Explicit || isExplicit);
            return;
        }

        places[key] = (entries.Count, isExplicit);
        entries.Add(KeyValuePair.Create(key, value));
    }

    private List<KeyValuePair<string, YamlNode>> Merged(YamlNode value, int depth)
    {
        Count(null, depth);
        if (value.Kind == YamlNodeKind.Alias && value.Children[0].Kind == YamlNodeKind.Mapping)
        {
            _aliasDepth++;
            List<KeyValuePair<string, YamlNode>> aliased = Entries(value.Children[0], depth);
            _aliasDepth--;
            return aliased;
        }

        if (value.Kind == YamlNodeKind.Mapping)
            return Entries(value, depth);
        if (value.Kind != YamlNodeKind.Sequence)
            throw new YamlRefusedException("yaml: map merge requires map or sequence of maps as the value");

        // Earlier maps of the list win, so they are put last.
        var all = new List<KeyValuePair<string, YamlNode>>();
        foreach (YamlNode item in Enumerable.Reverse(value.Children))
        {
            if (item.Kind == YamlNodeKind.Sequence)
                throw new YamlRefusedException("yaml: map merge requires map or sequence of maps as the value");
            all.AddRange(Merged(item, depth + 1));
        }

        return all;
    }

    private static string KeyText(YamlNode node, out string spelled)
    {
        if (node.Kind == YamlNodeKind.Alias)
            return KeyText(node.Children[0], out spelled);
        if (node.Kind != YamlNodeKind.Scalar)
            throw new YamlRefusedException($"yaml: line {node.Line}: invalid map key: a key must be a scalar");
        YamlScalar scalar = YamlScalar.Of(node);
        if (scalar.Tag == "!!null")
            throw new YamlRefusedException($"yaml: line {node.Line}: unsupported map key of type: nil");
        spelled = scalar.Tag == "!!str" ? GoText.Quote(scalar.Text) : scalar.Text;
        return scalar.Text;
    }

    private void Count(Utf8JsonWriter? writer, int depth)
    {
        _nodes++;
        if (_aliasDepth > 0)
            _aliasedNodes++;
        if (_aliasedNodes > 100 && _nodes > 1000 && (double)_aliasedNodes / _nodes > AllowedAliasRatio(_nodes))
            throw new YamlRefusedException("yaml: document contains excessive aliasing");
        if (depth > KubeJson.MaxDepth)
            throw new YamlRefusedException($"yaml: exceeded max depth of {KubeJson.MaxDepth}");
        if (writer is not null && writer.BytesCommitted + writer.BytesPending > maxBytes)
            throw new YamlRefusedException($"yaml: the document is larger than {maxBytes} bytes once its aliases are expanded");
    }

    private static double AllowedAliasRatio(int nodes) => nodes switch
    {
        <= 400_000 => 0.99,
        >= 4_000_000 => 0.10,
        _ => 0.99 - (0.89 * (nodes - 400_000) / 3_600_000),
    };
}
