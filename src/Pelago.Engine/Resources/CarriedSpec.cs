// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>
/// The spec of a stored object as bytes, for writes that cannot touch it: most writes are of statuses, most of an object is its spec, and what was
/// checked when it came need not be read, compared, checked and written again each time.
/// </summary>
internal static class CarriedSpec
{
    /// <summary>The stored object without its spec, and the bytes of that; empty when it has none.</summary>
    public static (KubeObject Others, ReadOnlyMemory<byte> Spec) Split(ReadOnlyMemory<byte> stored)
    {
        var reader = new Utf8JsonReader(stored.Span, new JsonReaderOptions { MaxDepth = KubeJson.MaxDepth + 1 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isSpec = reader.ValueTextEquals("spec"u8);
            int name = (int)reader.TokenStartIndex;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            // The first field of what is stored is its apiVersion: before the name of another there is a comma.
            if (isSpec && stored.Span[name - 1] == (byte)',')
                return (Without(stored, (name - 1)..(int)reader.BytesConsumed), stored[start..(int)reader.BytesConsumed]);
        }

        return (KubeObject.Parse(stored), default);
    }

    /// <summary>The whole stored object, its spec read as far as somebody looks into it: for writes that look at a field or two.</summary>
    public static KubeObject Whole(ReadOnlyMemory<byte> stored)
    {
        (KubeObject others, ReadOnlyMemory<byte> spec) = Split(stored);
        if (!spec.IsEmpty && JsonElement.Parse(spec.Span, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth }) is { ValueKind: JsonValueKind.Object } element)
            others.Json.Insert(others.Json.IndexOf("metadata") + 1, "spec", JsonObject.Create(element));
        else if (!spec.IsEmpty)
            others.Json["spec"] = KubeJson.Parse(spec);
        return others;
    }

    private static KubeObject Without(ReadOnlyMemory<byte> document, Range cut)
    {
        (int start, int length) = cut.GetOffsetAndLength(document.Length);
        byte[] rest = ArrayPool<byte>.Shared.Rent(document.Length - length);
        try
        {
            document.Span[..start].CopyTo(rest);
            document.Span[(start + length)..].CopyTo(rest.AsSpan(start));
            return KubeObject.Parse(rest.AsMemory(0, document.Length - length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rest);
        }
    }
}
