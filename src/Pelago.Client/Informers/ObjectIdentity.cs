// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>The few metadata fields that say which object a document is and which writing of it.</summary>
public readonly record struct ObjectIdentity(ObjectKey Key, string Uid, string ResourceVersion)
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth + 1 };

    /// <summary>Scans as far as the end of <c>metadata</c>; absent fields are empty.</summary>
    /// <exception cref="JsonException">The document is not JSON as far as it was read.</exception>
    public static ObjectIdentity Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isMetadata && reader.TokenType == JsonTokenType.StartObject)
                return ReadMetadata(ref reader);
            reader.Skip();
        }
        return new ObjectIdentity(new ObjectKey("", ""), "", "");
    }

    private static ObjectIdentity ReadMetadata(ref Utf8JsonReader reader)
    {
        string ns = "", name = "", uid = "", version = "";
        int missing = 4;
        while (missing > 0 && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ref string field = ref name;
            if (reader.ValueTextEquals("namespace"u8))
                field = ref ns;
            else if (reader.ValueTextEquals("uid"u8))
                field = ref uid;
            else if (reader.ValueTextEquals("resourceVersion"u8))
                field = ref version;
            else if (!reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                reader.Skip();
                continue;
            }
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException("an identifying field of metadata is not a string");
            field = reader.GetString()!;
            missing--;
        }
        return new ObjectIdentity(new ObjectKey(string.IsInterned(ns) ?? ns, name), uid, version);
    }
}
